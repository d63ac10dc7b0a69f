"""The describer that asks a vision-language model."""

from __future__ import annotations

from string import Template
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.clips.scene import Scene
from afil_perception.describe.canonical import canonical_phrases, plain
from afil_perception.describe.describer import (
    Describer,
    DescribeRequest,
    Description,
    Phrase,
    Role,
)
from afil_perception.vlm.prompt import Prompts, needed
from afil_perception.vlm.vlm import Vlm

Relevance = Literal[
    "safety_critical", "traffic_control", "navigation", "manipulation", "context", "unknown"
]

# Of the rules that make phrases of what is named; raised when they make others.
_RULES = "rules 2"


class NamedObject(BaseModel):
    """One object as a VLM names it; what it writes beyond is left out."""

    model_config = ConfigDict(extra="ignore")

    phrase: str = Field(
        min_length=1, description="Short singular noun phrase in lower case, in English"
    )
    type: str = Field("", description="Category, one word")
    role: Role = Field("reference", description="What it is for the task")
    relevance: Relevance = Field("unknown", description="Why it matters")
    state: str = Field("unknown", description="In which state it is")
    description: str = Field("", description="One sentence")
    several: bool = Field(False, description="Whether several of its kind matter")

    @field_validator("phrase")
    @classmethod
    def _can_be_read_by_detectors(cls, value: str) -> str:
        if any(letter.isalpha() and not letter.isascii() for letter in plain(value)):
            raise ValueError(f"is '{value}', which detectors can't read; say it in English")
        return value

    @field_validator("role", "relevance", mode="before")
    @classmethod
    def _in_lower_case(cls, value: Any) -> Any:
        return value.strip().lower().replace(" ", "_") if isinstance(value, str) else value


class NamedObjects(BaseModel):
    """The answer of the VLM."""

    model_config = ConfigDict(extra="ignore")

    objects: list[NamedObject] = Field(min_length=1, description="The most important first")
    intent: str = Field(min_length=1, description="What is done, one sentence")


class VlmDescriber(Describer):
    """Shows some frames and the instruction to the VLM that the configuration names.

    Args:
        config: How many frames, and which prompt.
        vlm: Whom to ask.

    Raises:
        AfilError: When no VLM is chosen, or the prompt can't be read.
    """

    incidental: ClassVar[frozenset[str]] = frozenset({"prompt"})

    class Config(Schema):
        """Options.

        Attributes:
            frames: Frames shown, uniform in time.
            prompt: File with a prompt of one's own, in which ``$instruction`` stands for the
                task; empty for the shipped one of the scene.
            ask_per: ``episode``, or ``instruction`` to ask once for all episodes of a task, on
                the frames of one of them.
            most_objects: Objects that are looked for at most, the most important ones.
        """

        frames: int = Field(16, ge=1)
        prompt: str = ""
        ask_per: Literal["episode", "instruction"] = "episode"
        most_objects: int = Field(12, ge=1)

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        self.frames = config.frames
        self.per_instruction = config.ask_per != "episode"
        self._most = config.most_objects
        self._vlm = needed(vlm, "describer")
        self._prompts = Prompts("describe", config.prompt)

    def require(self) -> None:
        """As the VLM's."""
        self._vlm.require()

    def content_of(self, scene: Scene) -> str:
        """The prompt of a scene, and the rules."""
        return f"{self._prompts.text(scene)}\n{_RULES}"

    def describe(self, request: DescribeRequest) -> Description:
        """Ask for the key objects and the intent."""
        template = Template(self._prompts.text(request.scene))
        prompt = template.safe_substitute(instruction=request.instruction)
        answer = self._vlm.ask(prompt, request.frames, NamedObjects)
        named = [
            Phrase(
                text=item.phrase,
                role=item.role,
                plural=item.several,
                type=item.type,
                relevance=item.relevance,
                state=item.state,
                description=item.description,
            )
            for item in answer.objects
        ]
        objects = canonical_phrases(named, request.instruction)[: self._most]
        if not objects:
            said = ", ".join(item.phrase for item in answer.objects)
            raise AfilError(
                f"of what the VLM names ({said}) nothing can be looked for; change the "
                f"instruction '{request.instruction}', or describer.prompt"
            )
        return Description(intent=answer.intent.strip(), objects=objects)
