"""The describer that asks a vision-language model."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

from pydantic import Field

from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.describe.describer import Describer, Description
from afil_perception.vlm.prompt import needed, read_prompt
from afil_perception.vlm.vlm import Vlm


class VlmDescriber(Describer):
    """Shows some frames and the instruction to the VLM that the configuration names.

    Args:
        config: How many frames, and which prompt.
        vlm: Whom to ask.

    Raises:
        AfilError: When no VLM is chosen, or the prompt can't be read.
    """

    class Config(Schema):
        """Options.

        Attributes:
            frames: Frames shown, uniform in time.
            prompt: File with a prompt of one's own, in which ``$instruction`` stands for the
                task; empty for the shipped one.
        """

        frames: int = Field(16, ge=1)
        prompt: str = ""

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        self.frames = config.frames
        self._vlm = needed(vlm, "describer")
        self.content = read_prompt(config.prompt, "describe")

    def describe(self, instruction: str, frames: Sequence[Rgb]) -> Description:
        """Ask for the key objects and the intent."""
        prompt = Template(self.content).safe_substitute(instruction=instruction)
        return self._vlm.ask(prompt, frames, Description)
