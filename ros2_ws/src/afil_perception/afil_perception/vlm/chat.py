"""What VLMs that write text have in common: they are asked again when it is no answer."""

from __future__ import annotations

import json
import threading
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afil_core.errors import AfilError
from afil_perception.clips.clip import Rgb
from afil_perception.vlm.answers import Answer, WrongAnswerError, read_answer, schema_of
from afil_perception.vlm.images import image_tokens
from afil_perception.vlm.meter import USAGE_FILE, Budget, Meter, Prices, Use
from afil_perception.vlm.vlm import Vlm

_CHARACTERS_A_TOKEN = 4
_SHOWN = 120


@dataclass(frozen=True)
class Turn:
    """A part of a conversation.

    Attributes:
        role: ``user`` or ``assistant``.
        text: What was said.
        images: Shown before the text.
    """

    role: str
    text: str
    images: tuple[Rgb, ...] = ()


@dataclass(frozen=True)
class Said:
    """What a model wrote.

    Attributes:
        text: The text.
        input_tokens: Tokens that were sent.
        output_tokens: Tokens that were written.
        cut_off: Whether it had more to write than it may.
    """

    text: str
    input_tokens: int
    output_tokens: int
    cut_off: bool = False


class ChatVlm(Vlm):
    """A model that writes text.

    Args:
        answers: How often it is asked at most until its text fits the schema.
        max_tokens: Most tokens of an answer.
        budget: What may be used.
        prices: Of tokens.

    Attributes:
        meter: Counts what is used.
    """

    def __init__(
        self,
        answers: int,
        max_tokens: int,
        budget: Budget | None = None,
        prices: Prices | None = None,
    ) -> None:
        self._answers = answers
        self._max_tokens = max_tokens
        self._budget = budget
        self._prices = prices
        self._use = threading.local()
        self.meter = Meter(None, budget, prices)

    def share(self, folder: Path) -> None:
        """Count together with all who perceive the dataset."""
        self.meter = Meter(folder / USAGE_FILE, self._budget, self._prices)

    @abstractmethod
    def say(self, turns: Sequence[Turn], schema: dict[str, Any], name: str) -> Said:
        """Go on with a conversation.

        Args:
            turns: What was said; the last is the user's.
            schema: JSON schema of the answer.
            name: Of the answer.

        Raises:
            AfilError: When nothing is said.
        """

    def prepared(self, images: Sequence[Rgb]) -> tuple[Rgb, ...]:
        """Images as the model is shown them."""
        return tuple(images)

    def ask(self, prompt: str, images: Sequence[Rgb], answer: type[Answer]) -> Answer:
        """Ask, and ask again with what was wrong.

        Raises:
            AfilError: When no text fits the schema.
        """
        schema = schema_of(answer)
        question = f"{prompt}\n\n{_form(schema)}"
        turns = (Turn("user", question, self.prepared(images)),)
        wrong = said = None
        for _ in range(self._answers):
            shown: tuple[Turn, ...] = turns
            if said is not None:
                complaint = f"That does not fit: {wrong}. {_form(schema)}"
                shown = (*turns, Turn("assistant", said.text), Turn("user", complaint))
            said = self._metered(shown, schema, answer.__name__)
            try:
                return read_answer(said.text, answer)
            except WrongAnswerError as error:
                end = f" (it was cut off at vlm.max_tokens = {self._max_tokens})"
                wrong = f"{error}{end if said.cut_off else ''}"
        text = " ".join((said.text if said else "").split())
        raise AfilError(
            f"the VLM gave no {answer.__name__} in {self._answers} answers: {wrong}; it wrote "
            f"'{text[:_SHOWN]}'. Choose a larger model, or raise vlm.answers or vlm.max_tokens"
        )

    def used(self) -> Use:
        """What all runs have used."""
        return self.meter.total()

    def estimate(self, prompt: str, images: Sequence[Rgb]) -> Use:
        """About what one question uses, before it is asked."""
        tokens = len(prompt) // _CHARACTERS_A_TOKEN + image_tokens(self.prepared(images))
        return self.meter.priced(1, tokens, self._max_tokens)

    def sending(self) -> None:
        """To be called before each request: what follows is counted, and may be refused.

        Raises:
            BudgetSpentError: When it may go beyond the budget.
        """
        self._use.calls.append(self.meter.reserve(self._use.estimate))

    def _metered(self, turns: Sequence[Turn], schema: dict[str, Any], name: str) -> Said:
        text = "".join(turn.text for turn in turns)
        tokens = len(text) // _CHARACTERS_A_TOKEN
        tokens += sum(image_tokens(turn.images) for turn in turns)
        self._use.estimate = self.meter.priced(1, tokens, self._max_tokens)
        self._use.calls = []
        used = self.meter.priced(1, tokens, 0)
        try:
            said = self.say(turns, schema, name)
            # Who does not say what was used has used it all the same.
            written = said.output_tokens or -(-len(said.text) // _CHARACTERS_A_TOKEN)
            used = self.meter.priced(1, said.input_tokens or tokens, written)
            return said
        finally:
            # What failed before may have been billed for what was sent.
            *failed, last = self._use.calls or [""]
            for call in failed:
                self.meter.settle(call, self.meter.priced(1, tokens, 0))
            if last:
                self.meter.settle(last, used)


def _form(schema: dict[str, Any]) -> str:
    text = json.dumps(schema, separators=(",", ":"))
    return f"Answer with one JSON object of this JSON schema, and nothing else:\n{text}"
