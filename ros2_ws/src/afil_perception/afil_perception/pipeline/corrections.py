"""What people correct of an episode's key objects, in a YAML file of the dataset."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import Field, model_validator

from afil_core.saliency import Box, KeyObject
from afil_core.schema import Schema, load
from afil_perception.pipeline.frames import LostFrame, SeenFrame

CORRECTIONS_FILE = "corrections.yaml"
# Identities of what people add begin here.
_ADDED_IDS = 900_000_000

Item = TypeVar("Item", bound=SeenFrame | LostFrame)


class Correction(Schema):
    """One correction: exactly one of drop, keep, rename and add.

    Attributes:
        episode: Name of the episode's folder.
        stream: Name of the image stream; empty for each that the episode has.
        drop: Id of an object that does not matter.
        keep: Id of an object that matters, though the filter says no.
        rename: Id of an object with the wrong phrase, and ``to``, the right one.
        to: See ``rename``.
        add: Phrase of what was not found, with its ``box``.
        box: x0, y0, x1, y1 in pixels.
        frames: First and last frame of the clip in which the correction holds; empty for all.
    """

    episode: str = Field(min_length=1)
    stream: str = ""
    drop: int | None = None
    keep: int | None = None
    rename: int | None = None
    to: str = ""
    add: str = ""
    box: tuple[float, float, float, float] | None = None
    frames: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Correction:
        given = [self.drop is not None, self.keep is not None, self.rename is not None]
        if sum([*given, bool(self.add)]) != 1:
            raise ValueError("must have exactly one of drop, keep, rename and add")
        if (self.rename is not None) != bool(self.to):
            raise ValueError("needs both: rename (an id) and to (the right phrase)")
        if bool(self.add) != (self.box is not None):
            raise ValueError("needs both: add (a phrase) and box (x0, y0, x1, y1)")
        box = self.box
        if box is not None and not (box[0] < box[2] and box[1] < box[3]):
            raise ValueError("has an empty box; write x0, y0, x1, y1 with x0 < x1 and y0 < y1")
        if self.frames is not None and not 0 <= self.frames[0] <= self.frames[1]:
            raise ValueError("has no frames; write the first and the last, counted from 0")
        return self

    @property
    def id(self) -> int | None:
        """Of the object that it is about; None where one is added."""
        return next((i for i in (self.drop, self.keep, self.rename) if i is not None), None)

    def holds_at(self, index: int) -> bool:
        """Whether it holds in a frame of the clip."""
        return self.frames is None or self.frames[0] <= index <= self.frames[1]


class Corrections(Schema):
    """The file.

    Attributes:
        corrections: All corrections of the dataset.
    """

    corrections: tuple[Correction, ...] = ()

    def of(self, episode: str, stream: str) -> tuple[Correction, ...]:
        """Those of an image stream of an episode."""
        return tuple(
            c for c in self.corrections if c.episode == episode and c.stream in ("", stream)
        )


def load_corrections(dataset: Path) -> Corrections:
    """The corrections of a dataset; none where nobody wrote any.

    Raises:
        AfilError: When the file can't be read, or a correction in it is none.
    """
    place = dataset / CORRECTIONS_FILE
    if not place.exists():
        return Corrections()
    return load(Corrections, place, what="corrections")


class Corrector:
    """Puts corrections into effect.

    Args:
        corrections: Those of the clip.
    """

    def __init__(self, corrections: Sequence[Correction]) -> None:
        self._corrections = corrections
        self._unseen = {c.id for c in corrections if c.id is not None}
        self._unheld = {c.frames for c in corrections if c.frames is not None}
        self._outside: dict[str, None] = {}

    def corrected(self, item: Item) -> Item:
        """A frame with the key objects that are to be looked at, and no others."""
        if isinstance(item, LostFrame):
            return item
        kept = set(item.kept or ())
        objects = {o.id: o for o in item.objects}
        self._unseen -= objects.keys()
        for number, correction in enumerate(self._corrections):
            if not correction.holds_at(item.index):
                continue
            self._unheld.discard(correction.frames)
            if correction.drop is not None:
                kept.discard(correction.drop)
            elif correction.keep is not None:
                kept.add(correction.keep)
            elif correction.rename in objects:
                renamed = dataclasses.replace(objects[correction.rename], phrase=correction.to)
                objects[correction.rename] = renamed
            elif correction.box is not None:
                added = _added(number, correction.add, correction.box, item.size)
                if added is None:
                    self._outside[_outside(correction.add, correction.box, item.size)] = None
                    continue
                objects[added.id] = added
                kept.add(added.id)
        chosen = tuple(o for o in objects.values() if o.id in kept)
        return dataclasses.replace(item, objects=chosen)

    def problems(self) -> list[str]:
        """What was corrected in vain: objects, frames and places that are not; after the last."""
        unseen = [
            f"{CORRECTIONS_FILE} corrects object {i}, which is not there; look its number up in "
            f"the review page"
            for i in sorted(self._unseen)
        ]
        unheld = [
            f"{CORRECTIONS_FILE} corrects frames {first} to {last}, which are not there; frames "
            f"are counted from 0"
            for first, last in sorted(frames for frames in self._unheld if frames is not None)
        ]
        return [*unseen, *unheld, *self._outside]


def _outside(phrase: str, box: Box, size: tuple[int, int]) -> str:
    corners = ", ".join(f"{value:g}" for value in box)
    return (
        f"{CORRECTIONS_FILE} adds '{phrase}' at [{corners}], outside of the image of {size[1]}x"
        f"{size[0]} pixels, so it is left out; write x0, y0, x1, y1 in pixels"
    )


def _added(number: int, phrase: str, box: Box, size: tuple[int, int]) -> KeyObject | None:
    """What a person adds, cut at the image's border; None outside of it."""
    height, width = size
    x0, y0, x1, y1 = box
    inside = (max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height)))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        return None
    return KeyObject(_ADDED_IDS + number, phrase, 1.0, inside)
