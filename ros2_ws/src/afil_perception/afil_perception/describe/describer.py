"""What a describer is, and what it says."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.pipeline.backend import Backend

Role = Literal["target", "reference"]


class Phrase(Schema):
    """One object that the task is about.

    Attributes:
        text: Noun phrase in lower case, e.g. ``orange plastic carrot``; what is found for it
            bears it.
        role: ``target`` for what the task acts on, ``reference`` for what it only mentions
            (``in the pot``).
        plural: Whether the phrase may mean several objects.
    """

    text: str = Field(min_length=1, description="Noun phrase in lower case")
    role: Role = Field(description="target: the task acts on it; reference: it is only mentioned")
    plural: bool = Field(False, description="Whether it may mean several objects")


class Description(Schema):
    """What an episode is about.

    Attributes:
        intent: One sentence.
        objects: The objects to look for, the most important first.
    """

    intent: str = Field(description="What is done, one sentence")
    objects: tuple[Phrase, ...] = Field(min_length=1, description="The most important first")


class Describer(Backend):
    """Says what an episode is about; made with its options and a VLM, or None.

    Attributes:
        frames: How many frames of the episode it wants to see, uniform in time; 0 for none.
    """

    frames: int = 0

    @abstractmethod
    def describe(self, instruction: str, frames: Sequence[Rgb]) -> Description:
        """Name the key objects and the intent.

        Args:
            instruction: Task instruction of the episode.
            frames: At most :attr:`frames` images, uint8 [H, W, 3], uniform in time.

        Raises:
            AfilError: When nothing to look for can be named.
        """
