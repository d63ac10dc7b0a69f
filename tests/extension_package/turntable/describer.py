"""Describer ``last_word``: looks for one thing, the last word before *to*."""

from __future__ import annotations

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.describe import Describer, DescribeRequest, Description, Phrase
from afil_perception.vlm import Vlm


class WordDescriber(Describer):
    """*Turn the white mark to the top*: the mark.

    Args:
        config: No options.
        vlm: Whom to ask; it does not.
    """

    stand_in_for = "a vision-language model"
    asks = False

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        del config, vlm

    def describe(self, request: DescribeRequest) -> Description:
        """Name the object of the instruction.

        Raises:
            AfilError: When there is none.
        """
        instruction = request.instruction
        words = instruction.split(" to ", maxsplit=1)[0].split()
        if len(words) < 2:
            raise AfilError(f"'{instruction}' names nothing to look for; write: turn X to Y")
        target = Phrase(text=words[-1].lower(), role="target")
        return Description(intent=instruction, objects=(target,))
