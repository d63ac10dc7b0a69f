"""The filter without a model: what the instruction acts on comes first, one object per noun."""

from __future__ import annotations

from pydantic import Field

from afil_core.saliency import Box, box_iou
from afil_core.schema import Schema
from afil_perception.filter.object_filter import Choice, FilterRequest, ObjectFilter
from afil_perception.vlm.vlm import Vlm

# A kept object stays kept unless another one is clearly the better candidate.
_HYSTERESIS = 0.15
# Boxes of two phrases that overlap more than this are of one thing.
_SAME = 0.5


class InstructionFilter(ObjectFilter):
    """Ranks by role in the instruction, then by score; a singular phrase keeps one object.

    What lies where something of another phrase is kept is the same thing, found by two phrases.
    """

    stand_in_for = "a vision-language model"
    # Of this rule; raised when it keeps something else.
    content = "2"

    class Config(Schema):
        """Options.

        Attributes:
            max_objects: Most objects kept per segment.
        """

        max_objects: int = Field(3, ge=1)

    def __init__(self, config: Config, vlm: Vlm | None = None) -> None:
        del vlm
        self.max_objects = config.max_objects

    def keep(self, request: FilterRequest) -> Choice:
        """Targets before references, better scores first."""
        rank = {q.text: i for i, q in enumerate(request.description.objects)}
        plural = {q.text for q in request.description.objects if q.plural}

        def order(index: int) -> tuple[int, float]:
            candidate = request.candidates[index]
            bonus = _HYSTERESIS if candidate.id in request.kept_before else 0.0
            return rank.get(candidate.phrase, len(rank)), -(candidate.score + bonus)

        kept: list[int] = []
        places: dict[str, list[Box]] = {}
        why: dict[int, str] = {}
        named: set[str] = set()
        for index in sorted(range(len(request.candidates)), key=order):
            candidate = request.candidates[index]
            others = [b for p, boxes in places.items() if p != candidate.phrase for b in boxes]
            if others and box_iou([candidate.box], others).max() > _SAME:
                why[candidate.id] = "what is kept there goes by another phrase"
            elif candidate.phrase in plural or candidate.phrase not in named:
                kept.append(candidate.id)
                places.setdefault(candidate.phrase, []).append(candidate.box)
                named.add(candidate.phrase)
                why[candidate.id] = "the instruction names it"
            else:
                why[candidate.id] = "the instruction names one, and another is the better find"
        return Choice(tuple(kept), why)
