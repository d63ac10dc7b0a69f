"""Episodes that could not be perceived are marked, until they are."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from afil_core import storage
from afil_core.errors import AfilError
from afil_core.schema import Schema, load, to_yaml
from afil_perception.pipeline.cache import CACHE_FOLDER

_FOLDER = "failed"


class Failure(Schema):
    """Why an episode could not be perceived.

    Attributes:
        sentence: What was wrong.
        at: When, UTC.
    """

    sentence: str
    at: str


def note_failure(dataset: Path, episode: str, sentence: str) -> None:
    """Mark an episode as failed."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    storage.write_text(_place(dataset, episode), to_yaml(Failure(sentence=sentence, at=now)))


def forget_failure(dataset: Path, episode: str) -> None:
    """An episode is perceived: what went wrong before is past."""
    _place(dataset, episode).unlink(missing_ok=True)


def failure_of(dataset: Path, episode: str) -> Failure | None:
    """Why an episode failed when it was perceived last; None where it did not."""
    place = _place(dataset, episode)
    if not place.is_file():
        return None
    try:
        return load(Failure, place)
    except AfilError:
        return Failure(sentence="it failed", at="")


def _place(dataset: Path, episode: str) -> Path:
    return dataset / CACHE_FOLDER / _FOLDER / f"{episode}.yaml"
