"""Filter ``largest``: what is large matters."""

from __future__ import annotations

from pydantic import Field

from afil_core.schema import Schema
from afil_perception.filter import Choice, FilterRequest, ObjectFilter
from afil_perception.vlm import Vlm


class LargestFilter(ObjectFilter):
    """Keeps the candidates with the largest boxes.

    Args:
        config: How many.
        vlm: Whom to ask; it does not.
    """

    stand_in_for = "a vision-language model"

    class Config(Schema):
        """Options.

        Attributes:
            max_objects: Most objects that are kept.
        """

        max_objects: int = Field(1, ge=1)

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        del vlm
        self.max_objects = config.max_objects

    def keep(self, request: FilterRequest) -> Choice:
        """The candidates, the largest first."""

        def area(box: tuple[float, float, float, float]) -> float:
            return (box[2] - box[0]) * (box[3] - box[1])

        return Choice(tuple(c.id for c in sorted(request.candidates, key=lambda c: -area(c.box))))
