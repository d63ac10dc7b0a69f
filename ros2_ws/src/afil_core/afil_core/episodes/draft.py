"""What is known of an episode while it is recorded, so that one that was cut off can be saved."""

from __future__ import annotations

from pathlib import Path

from afil_core import schema
from afil_core.schema import Schema

DRAFT_FILE = "recording.yaml"


class Draft(Schema):
    """The facts of an episode before its end; the file goes when the episode is saved.

    Attributes:
        contract: The contract's text.
        instruction: The task in words.
        operator: Who demonstrates.
        seed: Seed of the simulated scene, if any.
        notes: Further texts.
    """

    contract: str
    instruction: str
    operator: str
    seed: int | None = None
    notes: dict[str, str] = {}


def write_draft(folder: Path, draft: Draft) -> None:
    """Put the draft beside the bag that is being written."""
    (folder / DRAFT_FILE).write_text(schema.to_yaml(draft), encoding="utf-8")


def read_draft(folder: Path) -> Draft | None:
    """The draft of an episode that was not saved; None where there is none.

    Raises:
        AfilError: When it is damaged.
    """
    path = folder / DRAFT_FILE
    return schema.load(Draft, path, what="draft") if path.is_file() else None
