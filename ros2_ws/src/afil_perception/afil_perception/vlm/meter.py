"""What questions cost: reserved before they are asked, kept on disk, and stopped by a budget."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydantic import Field

from afil_core.errors import AfilError
from afil_core.schema import Schema

USAGE_FILE = "usage.jsonl"


class BudgetSpentError(AfilError):
    """The budget has no room for another question; the run ends."""


class Budget(Schema):
    """What a dataset may cost, over all runs; what is left out is not limited.

    Attributes:
        requests: Most requests.
        tokens: Most tokens, those sent and those answered.
        cost: Most money, in the currency of the prices.
    """

    requests: int | None = Field(None, ge=0)
    tokens: int | None = Field(None, ge=0)
    cost: float | None = Field(None, ge=0.0)


class Prices(Schema):
    """What a million tokens cost, in any currency.

    Attributes:
        input: Of what is sent.
        output: Of what is answered.
    """

    input: float = Field(0.0, ge=0.0)
    output: float = Field(0.0, ge=0.0)


@dataclass(frozen=True)
class Use:
    """What was used.

    Attributes:
        requests: Requests that were sent.
        input_tokens: Tokens that were sent.
        output_tokens: Tokens that were answered.
        cost: By the prices.
    """

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: Use) -> Use:
        return Use(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
        )

    def __sub__(self, other: Use) -> Use:
        return Use(
            self.requests - other.requests,
            self.input_tokens - other.input_tokens,
            self.output_tokens - other.output_tokens,
            self.cost - other.cost,
        )

    def sentence(self) -> str:
        """For a person."""
        text = (
            f"{self.requests} request{'s' * (self.requests != 1)}, {self.input_tokens} tokens "
            f"sent, {self.output_tokens} answered"
        )
        return f"{text}, cost {self.cost:.4g}" if self.cost else text


class Meter:
    """Counts what all processes that perceive a dataset use.

    A question is written down with its estimate before it is asked, and with its true use after;
    one whose process was killed in between counts as estimated, for it may have been billed.

    Args:
        place: File; None counts in memory.
        budget: What may be used.
        prices: Of tokens.
    """

    def __init__(
        self, place: Path | None = None, budget: Budget | None = None, prices: Prices | None = None
    ) -> None:
        self._place = place
        self._budget = budget or Budget()
        self._prices = prices or Prices()
        self._calls: dict[str, Use] = {}
        self._read_to = 0
        self._lock = threading.Lock()

    def priced(self, requests: int, input_tokens: int, output_tokens: int) -> Use:
        """A use with its cost."""
        prices = self._prices
        cost = (input_tokens * prices.input + output_tokens * prices.output) / 1e6
        return Use(requests, input_tokens, output_tokens, cost)

    def total(self) -> Use:
        """What has been used so far, by every run."""
        with self._opened():
            return self._total()

    def reserve(self, estimate: Use) -> str:
        """Note a question that is about to be asked.

        Returns:
            What :meth:`settle` needs.

        Raises:
            BudgetSpentError: When it may go beyond the budget.
        """
        with self._opened() as file:
            after = self._total() + estimate
            tokens = after.input_tokens + after.output_tokens
            for spent, most, what in (
                (after.requests, self._budget.requests, "requests"),
                (tokens, self._budget.tokens, "tokens"),
                (after.cost, self._budget.cost, "cost"),
            ):
                if most is not None and spent > most:
                    raise BudgetSpentError(
                        f"the VLM's budget of {most:g} {what} has no room for the next question "
                        f"(so far: {self._total().sentence()}); raise vlm.budget.{what} and run "
                        f"again, nothing that was answered is asked twice"
                    )
            call = uuid.uuid4().hex
            self._note(file, call, estimate)
            return call

    def settle(self, call: str, use: Use) -> None:
        """Note what a question really used."""
        with self._opened() as file:
            self._note(file, call, use)

    def _total(self) -> Use:
        return sum(self._calls.values(), Use())

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO | None]:
        with self._lock:
            if self._place is None:
                yield None
                return
            self._place.parent.mkdir(parents=True, exist_ok=True)
            with self._place.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._read(file)
                yield file

    def _read(self, file: BinaryIO) -> None:
        """What other processes have noted since."""
        file.seek(self._read_to)
        for line in file.read().splitlines():
            try:
                noted = json.loads(line)
                call = noted.pop("call")
                self._calls[call] = Use(**noted)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # a line that was cut off
        self._read_to = file.tell()

    def _note(self, file: BinaryIO | None, call: str, use: Use) -> None:
        self._calls[call] = use
        if file is None:
            return
        line = json.dumps({"call": call, **use.__dict__}).encode() + b"\n"
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            # After a line that was cut off.
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line)
        file.flush()
        self._read_to = file.seek(0, os.SEEK_END)
