"""The stages in a row: frames of an episode in, key objects and maps out, in one pass."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import TypeAdapter

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_core.schema import to_plain
from afil_perception.clips.clip import Clip
from afil_perception.clips.identity import digest
from afil_perception.clips.scene import Scene
from afil_perception.describe import Describer, DescribeRequest, Description, Phrase
from afil_perception.filter import ObjectFilter
from afil_perception.filter.segments import Context, SegmentFilter
from afil_perception.pipeline.backend import Backend, identifying
from afil_perception.pipeline.cache import StageCache
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.corrections import Correction, Corrector
from afil_perception.pipeline.frames import LostFrame, WatchedClip, matched
from afil_perception.pipeline.maps import Item, PerceivedFrame, with_maps
from afil_perception.pipeline.resolve import resolve
from afil_perception.pipeline.search import Search
from afil_perception.pretrained import UnusableModelError
from afil_perception.saliency import SaliencyConfig
from afil_perception.vlm import Vlm
from afil_perception.vlm.open import open_vlm
from afil_perception.vlm.vlm import RunEndedError

# Raised when the same frames and options come to mean other results.
_VERSION = 4

_ITEM: TypeAdapter[Item] = TypeAdapter(Item)


@dataclass(frozen=True)
class Plan:
    """What will be looked for in an episode.

    Attributes:
        description: Intent and objects, without those that can't be looked for.
        problems: A sentence per phrase that can't be looked for.
    """

    description: Description
    problems: tuple[str, ...]


class Pipeline:
    """Describe, track with a detector, filter, saliency, by the backends of a configuration.

    Args:
        config: The configuration.
        cache: What stages have done before.

    Attributes:
        config: The configuration, with every backend named.
        choices: By stage, what was chosen for ``auto``, and why.

    Raises:
        AfilError: When a backend can't be made of its options.
    """

    def __init__(self, config: PerceptionConfig, cache: StageCache | None = None) -> None:
        resolved = resolve(config)
        self.config = config = resolved.config
        self.choices = resolved.choices
        self._cache = cache or StageCache(None)
        self._vlm = open_vlm(config.vlm, self._cache.folder)
        self._describer = config.describer.build(self._vlm)
        self._detector = config.detector.build()
        self._tracker = config.tracker.build()
        self._filter = config.filter.build(self._vlm)
        self._models = threading.Lock()
        self._ended = threading.Event()
        if not self._tracker.uses_detector:
            self.choices.pop("detect", None)

    @property
    def backends(self) -> dict[str, str]:
        """Name of the backend by stage."""
        config = self.config
        used = {
            "describe": config.describer.name,
            "detect": config.detector.name,
            "track": config.tracker.name,
            "filter": config.filter.name,
        }
        if not self._tracker.uses_detector:
            del used["detect"]
        return used if config.vlm is None else {"vlm": config.vlm.name, **used}

    @property
    def stand_ins(self) -> dict[str, str]:
        """By name, what those backends stand in for that are not the real thing."""
        made = {"vlm": self._vlm, **self._stages()}
        named = {name: made[stage] for stage, name in self.backends.items()}
        return {n: b.stand_in_for for n, b in named.items() if b is not None and b.stand_in_for}

    @property
    def chosen_stand_ins(self) -> dict[str, str]:
        """Those of :attr:`stand_ins` that nobody named."""
        chosen = {self.backends[stage] for stage in self.choices}
        return {name: what for name, what in self.stand_ins.items() if name in chosen}

    def choice_lines(self) -> list[str]:
        """What was chosen for ``auto``, a line per stage, for a person."""
        return [f"{stage}: {why}" for stage, why in self.choices.items()]

    @property
    def describer(self) -> Describer:
        """Stage 1."""
        return self._describer

    @property
    def object_filter(self) -> ObjectFilter:
        """Stage 4."""
        return self._filter

    @property
    def vlm(self) -> Vlm | None:
        """Whom stages ask."""
        return self._vlm

    def require(self, stages: Collection[str]) -> None:
        """Check that what some stages run on is on this machine; nothing is loaded.

        Args:
            stages: Their names, as of :attr:`backends`.

        Raises:
            UnusableModelError: Says all that is missing, and the commands that fetch it.
        """
        missing: dict[str, list[str]] = {}
        for stage, backend in self._stages().items():
            if stage not in stages or stage not in self.backends:
                continue
            try:
                backend.require()
            except UnusableModelError as error:
                missing.setdefault(str(error), []).append(f"{stage}: {self.backends[stage]}")
        if missing:
            raise UnusableModelError(
                "; ".join(f"{', '.join(who)}: {what}" for what, who in missing.items())
            )

    def pause(self, seconds: float) -> None:
        """Wait for what another run does.

        Raises:
            RunEndedError: When this run ends meanwhile.
        """
        if self._ended.wait(seconds):
            raise RunEndedError("the run was ended while it waited for another one")

    def stop(self) -> None:
        """Let threads that wait for a VLM, or for another run, give up."""
        self._ended.set()
        if self._vlm is not None:
            self._vlm.stop()

    def keys(
        self,
        instruction: str,
        clip: Clip,
        scene: Scene,
        corrections: Sequence[Correction] = (),
    ) -> dict[str, str]:
        """By stage, the hash of all that its result for a clip follows from.

        Args:
            instruction: Task instruction of the episode.
            clip: The frames.
            scene: Whether something is driven or handled.
            corrections: What people have corrected of it.
        """
        config = self.config
        stages = self._stages()
        vlm = None if config.vlm is None else [identifying(config.vlm), _content(self._vlm, scene)]
        options = {
            "describer": identifying(config.describer),
            "detector": identifying(config.detector),
            "tracker": identifying(config.tracker),
            "filter": identifying(config.filter),
        }

        def key(before: str, *stages_and_keys: tuple[str, str]) -> str:
            parts = [[options[k], _content(stages[s], scene)] for s, k in stages_and_keys]
            return digest(_VERSION, before, parts)

        describer = self._describer
        seen = clip.identity if describer.frames and not describer.per_instruction else ""
        asked = vlm if describer.asks else None
        describe = key(digest(instruction, seen, asked), ("describe", "describer"))
        found_by = [("detect", "detector")] if self._tracker.uses_detector else []
        instances = key(digest(describe, clip.identity), *found_by, ("track", "tracker"))
        kept = key(digest(instances, vlm), ("filter", "filter"))
        corrected = digest(kept, [to_plain(c) for c in corrections])
        saliency = to_plain(config.saliency.for_scene(driving=_is_driving(scene)))
        return {
            "describe": describe,
            "instances": instances,
            "filter": kept,
            "corrections": corrected,
            "saliency": digest(_VERSION, corrected, saliency),
        }

    def plan(self, instruction: str, clip: Clip, key: str, scene: Scene) -> Plan:
        """Decide what to look for.

        Args:
            instruction: Task instruction of the episode.
            clip: Where the describer sees frames, if it wants any.
            key: Key of the stage ``describe``.
            scene: Whether something is driven or handled.

        Raises:
            AfilError: When nothing of what the instruction names can be looked for.
        """

        def describe() -> Description:
            frames = clip.sample(self._describer.frames) if self._describer.frames else []
            seen = tuple(frame.rgb for frame in frames)
            return self._describer.describe(DescribeRequest(instruction, scene, seen))

        description = self._cache.one("describe", key, Description, describe)
        problems = self._tracker.problems(description.objects, self._detector)
        wanted = tuple(p for p in description.objects if p.text not in problems)
        if not wanted:
            raise AfilError(
                f"nothing to look for in the instruction '{instruction}': "
                + "; ".join(problems.values())
            )
        planned = description.model_copy(update={"objects": wanted})
        return Plan(planned, tuple(problems.values()))

    def run(
        self,
        clip: Clip,
        description: Description,
        keys: dict[str, str],
        saliency: SaliencyConfig,
        context: Context | None = None,
        corrector: Corrector | None = None,
    ) -> Generator[PerceivedFrame | LostFrame, None, None]:
        """Perceive one image stream.

        Memory is bounded by what the tracker and the saliency window hold.

        Args:
            clip: The frames.
            description: What to look for.
            keys: Key by stage.
            saliency: Parameters of the maps, with a sigma.
            context: What is known of each moment besides the image.
            corrector: What people have corrected.

        Yields:
            One result per recorded frame, those that were perceived in their order.
        """
        corrector = corrector or Corrector(())

        def tracked(phrases: Sequence[Phrase]) -> Iterator[Item]:
            watched = WatchedClip(clip)
            found = self._tracker.track(watched, phrases, self._detector)
            if not (self._tracker.parallel and self._detector.parallel):
                found = _one_at_a_time(found, self._models)
            return matched(watched, found, self.config.tracker.name)

        def instances(key: str, phrases: Sequence[Phrase]) -> Iterator[Item]:
            return self._cache.stream("instances", key, _ITEM, lambda: tracked(phrases))

        def further(texts: tuple[str, ...]) -> Iterator[Item]:
            phrases = [Phrase(text=text, role="reference", plural=True) for text in texts]
            unknown = self._tracker.problems(phrases, self._detector)
            wanted = [p for p in phrases if p.text not in unknown]
            key = digest(keys["instances"], [p.text for p in wanted])
            return instances(key, wanted) if wanted else iter(())

        def kept() -> Iterator[Item]:
            chooser = SegmentFilter(self._filter, description, clip, context)
            search = Search(further, [p.text for p in description.objects])
            for item in instances(keys["instances"], description.objects):
                if isinstance(item, LostFrame):
                    yield item
                    continue
                frame = search.merged(item)
                # Live frames come once: a search would take them from the tracker.
                look = None if clip.live else partial(search.look, frame=frame)
                objects, decision = chooser.update(
                    frame.index, frame.stamp_ns, frame.objects, look
                )
                ids = tuple(o.id for o in objects)
                there = (*frame.objects, *(o for o in objects if o not in frame.objects))
                yield dataclasses.replace(frame, objects=there, kept=ids, decision=decision)

        judged = self._cache.stream("filter", keys["filter"], _ITEM, kept)
        return with_maps((corrector.corrected(item) for item in judged), saliency)

    def _stages(self) -> dict[str, Backend]:
        return {
            "describe": self._describer,
            "detect": self._detector,
            "track": self._tracker,
            "filter": self._filter,
        }


def _one_at_a_time(
    found: Iterator[list[KeyObject]], lock: threading.Lock
) -> Iterator[list[KeyObject]]:
    """Let a tracker step while no other does: a model's memory is enough for one."""
    while True:
        with lock:
            objects = next(found, None)
        if objects is None:
            return
        yield objects


def _content(backend: Backend | None, scene: Scene) -> str:
    return "" if backend is None else backend.content_of(scene)


def _is_driving(scene: Scene) -> bool:
    return scene == "driving"
