"""Results of stages on disk, each under the key of all that it follows from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from afil_core import storage
from afil_core.errors import AfilError
from afil_perception.pipeline.locks import alone

S = TypeVar("S", bound=BaseModel)
T = TypeVar("T")

CACHE_FOLDER = ".perception"
_END = "end"
_TAIL_BYTES = 64


class StageCache:
    """What stages have done, for runs that were cut off or change a later stage.

    A result appears whole or not at all; a damaged one counts as none. The folder may be deleted
    at any time.

    Args:
        folder: Where the results are; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def one(self, stage: str, key: str, kind: type[S], make: Callable[[], S]) -> S:
        """A stage's one answer: that of before, or else a new one.

        Args:
            stage: Name of the stage.
            key: Hash of all that the answer follows from.
            kind: Model of the answer.
            make: Makes it.
        """
        if self.folder is None:
            return make()
        place = self.folder / stage / f"{key}.json"
        known = _known(place, kind)
        if known is not None:
            return known
        # Episodes of one task may share an answer.
        with alone(self.folder / stage, key):
            made = _known(place, kind) or make()
            storage.write_text(place, made.model_dump_json(indent=1))
            return made

    def has(self, stage: str, key: str) -> bool:
        """Whether a stage's one answer is there."""
        return self.folder is not None and (self.folder / stage / f"{key}.json").is_file()

    def has_stream(self, stage: str, key: str) -> bool:
        """Whether a stage's results are there."""
        return self.folder is not None and _is_whole(self.folder / stage / f"{key}.jsonl")

    def stream(
        self, stage: str, key: str, kind: TypeAdapter[T], make: Callable[[], Iterable[T]]
    ) -> Iterator[T]:
        """A stage's results item by item: those of before, or new ones, kept as they pass.

        Args:
            stage: Name of the stage.
            key: Hash of all that the results follow from.
            kind: Type of an item.
            make: Makes them; what is not taken to its end is not kept.
        """
        if self.folder is None:
            yield from make()
            return
        place = self.folder / stage / f"{key}.jsonl"
        if _is_whole(place):
            with place.open("rb") as file:
                for line in file:
                    if not line.startswith(_end_of()):
                        yield _read(kind, line, place)
            return
        storage.clear_drafts(place)
        with storage.replacing(place) as draft, draft.open("wb") as file:
            count = 0
            for item in make():
                file.write(kind.dump_json(item) + b"\n")
                count += 1
                yield item
            file.write(json.dumps({_END: count}).encode() + b"\n")


def _known(place: Path, kind: type[S]) -> S | None:
    try:
        return kind.model_validate_json(place.read_bytes())
    except (OSError, ValidationError):
        return None


def _read(kind: TypeAdapter[T], line: bytes, place: Path) -> T:
    try:
        return kind.validate_json(line)
    except ValidationError as error:
        raise AfilError(f"{place} is damaged; delete it, and what it held is made anew") from error


def _end_of() -> bytes:
    return f'{{"{_END}": '.encode()


def _is_whole(place: Path) -> bool:
    """Whether the last line says that it is the last."""
    try:
        with place.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            return file.read().splitlines()[-1].startswith(_end_of())
    except (OSError, IndexError):
        return False
