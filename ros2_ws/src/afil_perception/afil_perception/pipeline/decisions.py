"""What was described and decided for an episode, beside its sidecar's bag, for who reviews it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from afil_core.errors import AfilError
from afil_core.schema import load, to_yaml
from afil_perception.describe import Description
from afil_perception.filter.decision import Decision

DECISIONS_FILE = "decisions.jsonl"
DESCRIPTION_FILE = "description.yaml"


@dataclass(frozen=True)
class Decided:
    """A decision, with its place.

    Attributes:
        topic: The image topic.
        index: Frame of the clip at which the segment begins.
        stamp_ns: Its stamp.
        decision: What was decided.
    """

    topic: str
    index: int
    stamp_ns: int
    decision: Decision


_DECIDED: TypeAdapter[Decided] = TypeAdapter(Decided)


def write_said(folder: Path, description: Description, decided: Sequence[Decided]) -> None:
    """Write both files.

    Args:
        folder: Of a sidecar that is being written.
        description: What was described.
        decided: What was decided, in the order of time.
    """
    (folder / DESCRIPTION_FILE).write_text(to_yaml(description), encoding="utf-8")
    with (folder / DECISIONS_FILE).open("wb") as file:
        for one in decided:
            file.write(_DECIDED.dump_json(one) + b"\n")


def read_description(folder: Path) -> Description:
    """What was described.

    Raises:
        AfilError: When the file is missing or damaged.
    """
    return load(Description, folder / DESCRIPTION_FILE, remedy="perceive the episode again")


def read_decisions(folder: Path) -> list[Decided]:
    """What was decided.

    Raises:
        AfilError: When the file is missing or damaged.
    """
    place = folder / DECISIONS_FILE
    try:
        lines = place.read_bytes().splitlines()
        return [_DECIDED.validate_python(json.loads(line)) for line in lines]
    except (OSError, ValueError, ValidationError) as error:
        raise AfilError(f"{place} cannot be read; perceive the episode again") from error
