"""The filter that asks a vision-language model."""

from __future__ import annotations

from string import Template
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from afil_core.schema import Schema
from afil_perception.clips.scene import Scene
from afil_perception.describe.canonical import canonical, is_robot
from afil_perception.filter.mark import mark
from afil_perception.filter.object_filter import Choice, FilterRequest, ObjectFilter
from afil_perception.vlm.prompt import Prompts, needed
from afil_perception.vlm.vlm import Vlm

_NOTHING_KNOWN = "doing what the picture shows"


class Picked(BaseModel):
    """A box to keep."""

    model_config = ConfigDict(extra="ignore")

    number: int = Field(description="Number of the box")
    why: str = Field("", description="Why one must look at it now")


class Kept(BaseModel):
    """The answer. An empty one must say why, so that no slip looks like one."""

    model_config = ConfigDict(extra="ignore")

    keep: list[Any] = Field(description="The boxes to keep, the most important first")
    others: str = Field("", description="Why the others do not matter now, one sentence")
    missing: list[str] = Field(
        default_factory=list, description="Visible objects that matter now and have no box"
    )
    none_because: str = Field("", description="Only if keep is empty: why nothing matters now")

    @model_validator(mode="after")
    def _says_why_it_is_empty(self) -> Kept:
        if not self.keep and not self.none_because.strip():
            raise ValueError("keep is empty; name at least one number, or say none_because")
        return self


def kept_of(count: int) -> type[Kept]:
    """The schema of an answer that can only name the boxes 1 to ``count``."""
    number: Any = Literal[tuple(range(1, count + 1))]
    field = Field(description="Number of the box")
    picked: Any = create_model("Picked", __base__=Picked, number=(number, field))
    keep = Field(description="The boxes to keep, the most important first")
    return create_model("Kept", __base__=Kept, keep=(list[picked], keep))


class VlmFilter(ObjectFilter):
    """Shows the frame with numbered boxes to the VLM that the configuration names.

    It knows what is done in the episode and what the demonstrator does at this moment, keeps a
    few, and may name what is missing, which is then looked for.

    Args:
        config: How many to keep, how often to ask, and which prompt.
        vlm: Whom to ask.

    Raises:
        AfilError: When no VLM is chosen, or the prompt can't be read.
    """

    asks = True
    incidental: ClassVar[frozenset[str]] = frozenset({"prompt"})

    class Config(Schema):
        """Options.

        Attributes:
            max_objects: Most objects kept per segment.
            min_interval_s: Least time between two questions of a clip.
            every_s: Time after which it is asked again although the same objects are visible;
                null for never.
            reuse_s: For how long an answer holds when the same objects are visible again.
            max_searches: How often, in a clip, what the VLM misses is looked for; 0 for never.
            prompt: File with a prompt of one's own, in which ``$intent``, ``$doing``,
                ``$candidates`` and ``$max_objects`` stand for what their names say; empty for the
                shipped one of the scene.
        """

        max_objects: int = Field(3, ge=1)
        min_interval_s: float = Field(0.5, ge=0.0)
        every_s: float | None = Field(None, gt=0.0)
        reuse_s: float = Field(2.0, ge=0.0)
        max_searches: int = Field(2, ge=0)
        prompt: str = ""

    def __init__(self, config: Config, vlm: Vlm | None) -> None:
        self.max_objects = config.max_objects
        self.min_interval_s = config.min_interval_s
        self.every_s = config.every_s
        self.reuse_s = config.reuse_s
        self.max_searches = config.max_searches
        self._vlm = needed(vlm, "filter")
        self._prompts = Prompts("filter", config.prompt)

    def require(self) -> None:
        """As the VLM's."""
        self._vlm.require()

    def content_of(self, scene: Scene) -> str:
        """The prompt of a scene."""
        return self._prompts.text(scene)

    def keep(self, request: FilterRequest) -> Choice:
        """Ask which of the candidates matter.

        Raises:
            AfilError: When the VLM does not say.
        """
        # Small numbers that begin anew are easier to read in the picture than identities.
        numbered = dict(enumerate(request.candidates, 1))
        prompt = Template(self._prompts.text(request.scene)).safe_substitute(
            intent=request.description.intent,
            doing=request.doing or _NOTHING_KNOWN,
            candidates="\n".join(f"{n}: {c.phrase}" for n, c in numbered.items()),
            max_objects=self.max_objects,
        )
        marked = mark(request.rgb, {n: c.box for n, c in numbered.items()})
        answer = self._vlm.ask(prompt, [marked], kept_of(len(numbered)))
        why = {c.id: answer.others for c in request.candidates}
        ids = tuple(dict.fromkeys(numbered[p.number].id for p in answer.keep))
        why |= {numbered[p.number].id: p.why for p in answer.keep}
        missing = dict.fromkeys(canonical(text)[0] for text in answer.missing)
        wanted = tuple(text for text in missing if text and not is_robot(text))
        return Choice(ids, why, wanted, answer.none_because)
