"""Whether an episode is perceived as it should be, and if not, why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from afil_core.bags import read_bag
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.saliency import Provenance, Sidecar
from afil_core.saliency.provenance import InputFile
from afil_core.schema import to_plain
from afil_perception.clips.episode import EpisodeClip
from afil_perception.clips.identity import digest, input_files
from afil_perception.clips.scene import Scene, scene_of
from afil_perception.pipeline.cache import StageCache
from afil_perception.pipeline.corrections import Correction, Corrections
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.resolve import STAGES
from afil_perception.pretrained import INCIDENTAL

_SHOWN = 4
NEVER = "it was never perceived"


@dataclass(frozen=True)
class EpisodeState:
    """What perceiving an episode follows from, and how that compares to its sidecar.

    Attributes:
        episode: The episode.
        scene: What it shows.
        inputs: The recording's files.
        clips: By image stream, its frames.
        keys: By image stream and stage, the hash of all that the result follows from.
        corrections: By image stream, what people have corrected.
        before: How its sidecar was made; None where there is none that can be used.
        why: Why it must be perceived; empty where it is up to date.
    """

    episode: Episode
    scene: Scene
    inputs: dict[str, InputFile]
    clips: dict[str, EpisodeClip]
    keys: dict[str, dict[str, str]]
    corrections: dict[str, tuple[Correction, ...]]
    before: Provenance | None
    why: str


def state_of(
    episode: Episode,
    pipeline: Pipeline,
    corrections: Corrections | None = None,
    known: Mapping[str, InputFile] | None = None,
) -> EpisodeState:
    """Look at an episode and its sidecar.

    Args:
        episode: The episode.
        pipeline: How it should be perceived.
        corrections: Those of its dataset.
        known: Hashes of files that need not be read again, beside those of the sidecar.

    Raises:
        AfilError: When the episode can't be read.
    """
    contract = episode.contract
    if not contract.images:
        raise AfilError(f"bag {episode.path} has no image stream: there is nothing to perceive")
    before = _provenance(episode)
    inputs = input_files(episode.path, {**(before.inputs if before else {}), **(known or {})})
    recording = digest([(name, file.hash) for name, file in inputs.items()])
    clips = {s.name: EpisodeClip(episode, s.name, recording) for s in contract.images}
    instruction, scene = episode.metadata.instruction, scene_of(contract)
    wrong = {n: (corrections or Corrections()).of(episode.path.name, n) for n in clips}
    keys = {n: pipeline.keys(instruction, clip, scene, wrong[n]) for n, clip in clips.items()}
    why = _why(episode, before, keys, inputs, pipeline)
    return EpisodeState(episode, scene, inputs, clips, keys, wrong, before, why)


def stages_due(states: Sequence[EpisodeState], cache: StageCache) -> set[str]:
    """Names of the stages that something has to be done by; others have done it before.

    Args:
        states: Episodes that are to be perceived.
        cache: What stages have done.
    """
    due: set[str] = set()
    for state in states:
        first = next(iter(state.keys.values()))
        if not cache.has("describe", first["describe"]):
            due.add("describe")
        for keys in state.keys.values():
            if not cache.has_stream("filter", keys["filter"]):
                due.add("filter")
                if not cache.has_stream("instances", keys["instances"]):
                    due |= {"detect", "track"}
    return due


def _provenance(episode: Episode) -> Provenance | None:
    """How a finished sidecar was made; None where none can be used."""
    sidecar = Sidecar(episode.path)
    try:
        # Opened, so that one that was cut off is found; nothing of it is read.
        for _ in read_bag(sidecar.path, ()):
            pass
        return sidecar.provenance
    except AfilError:
        return None


def _why(
    episode: Episode,
    before: Provenance | None,
    keys: Mapping[str, Mapping[str, str]],
    inputs: Mapping[str, InputFile],
    pipeline: Pipeline,
) -> str:
    if before is None:
        there = Sidecar(episode.path).exists()
        return "it was damaged, or of another version" if there else NEVER
    if before.streams.keys() != keys.keys():
        return "the image streams changed"
    for name, record in before.streams.items():
        changed = [stage for stage, key in keys[name].items() if record.keys.get(stage) != key]
        if changed:
            details = _details(episode, before, inputs, pipeline)
            return f"what '{changed[0]}' follows from changed{details}"
        if record.lost_share > pipeline.config.max_lost_share:
            return "it lost more frames than max_lost_share now allows"
    return ""


def _details(
    episode: Episode,
    before: Provenance,
    inputs: Mapping[str, InputFile],
    pipeline: Pipeline,
) -> str:
    """What of that can be told by what the sidecar says of itself."""
    said = []
    instruction = episode.metadata.instruction
    if before.instruction != instruction:
        said.append(f"the instruction is '{instruction}', was '{before.instruction}'")
    for name in sorted(before.inputs.keys() | inputs.keys()):
        old, new = before.inputs.get(name), inputs.get(name)
        if (old and old.hash) != (new and new.hash):
            said.append(f"{name} is another")
    vlm = pipeline.config.vlm
    incidental: set[str] = {f"{key}.{option}" for key in STAGES for option in INCIDENTAL}
    if vlm is not None:
        incidental |= {f"vlm.{option}" for option in vlm.kind.incidental}
    was, now = (
        {key: value for key, value in _flat(config).items() if not _is_of(key, incidental)}
        for config in (before.config, to_plain(pipeline.config))
    )
    # Which backend it is says more than each of its options.
    for key in sorted(was.keys() | now.keys(), key=lambda k: (not k.endswith(".name"), k)):
        if was.get(key) != now.get(key):
            said.append(f"{key} is {now.get(key, 'not set')}, was {was.get(key, 'not set')}")
    more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return f": {'; '.join(said[:_SHOWN])}{more}" if said else ""


def _is_of(key: str, groups: Collection[str]) -> bool:
    """Whether a dotted key is one of some, or in one of them."""
    return any(key == group or key.startswith(f"{group}.") for group in groups)


def _flat(data: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = value
    return flat
