"""What a describer is, and what it says."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from afil_core.schema import Schema
from afil_perception.clips.clip import Rgb
from afil_perception.clips.scene import Scene
from afil_perception.pipeline.backend import Backend

Role = Literal["target", "tool", "container", "support", "obstacle", "signal", "reference"]


class Phrase(Schema):
    """One object that the task is about.

    Attributes:
        text: Noun phrase in lower case, e.g. ``orange plastic carrot``; what is found for it
            bears it.
        role: ``target`` for what the task acts on, ``tool``, ``container``, ``support``,
            ``obstacle``, ``signal`` (what rules a drive), ``reference`` for what the task only
            mentions (``in the pot``).
        plural: Whether the phrase may mean several objects.
        type: Its category.
        relevance: Why it matters, in a word or two.
        state: In which it is, e.g. ``open``.
        description: One sentence.
    """

    text: str = Field(min_length=1, description="Noun phrase in lower case")
    role: Role
    plural: bool = False
    type: str = ""
    relevance: str = ""
    state: str = ""
    description: str = ""


class Description(Schema):
    """What an episode is about.

    Attributes:
        intent: One sentence.
        objects: The objects to look for, the most important first.
    """

    intent: str = Field(description="What is done, one sentence")
    objects: tuple[Phrase, ...] = Field(min_length=1, description="The most important first")


@dataclass(frozen=True)
class DescribeRequest:
    """The question.

    Attributes:
        instruction: Task instruction of the episode.
        scene: Whether something is driven or handled.
        frames: At most as many images as the describer wants, uint8 [H, W, 3], uniform in time.
    """

    instruction: str
    scene: Scene = "manipulation"
    frames: Sequence[Rgb] = field(default_factory=tuple)


class Describer(Backend):
    """Says what an episode is about; made with its options and a VLM, or None.

    Attributes:
        frames: How many frames of the episode it wants to see, uniform in time; 0 for none.
        per_instruction: Whether one answer is for all episodes of an instruction, made from the
            frames of the first.
        asks: Whether it asks the VLM; else what it says does not follow from who that is.
    """

    frames: int = 0
    per_instruction: bool = False
    asks: bool = True

    @abstractmethod
    def describe(self, request: DescribeRequest) -> Description:
        """Name the key objects and the intent.

        Raises:
            AfilError: When nothing to look for can be named.
        """
