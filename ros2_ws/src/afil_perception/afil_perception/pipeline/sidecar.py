"""Writing the sidecar bag ``<episode>/saliency``: it appears whole, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from afil_core import storage
from afil_core.bags import BagWriter
from afil_core.episodes import Episode, LeftOut
from afil_core.saliency import Provenance, Sidecar
from afil_core.saliency.encoding import encode_key_objects, encode_map, encode_masks
from afil_core.saliency.provenance import (
    FORMAT_VERSION,
    PERCEPTION_FILE,
    InputFile,
    StreamRecord,
)
from afil_core.saliency.topics import (
    KEY_OBJECTS_TYPE,
    MASKS_TYPE,
    SALIENCY_TYPE,
    SIDECAR_QOS,
    key_objects_topic,
    masks_topic,
    saliency_topic,
)
from afil_core.schema import to_plain, to_yaml
from afil_perception.clips.episode import EpisodeClip
from afil_perception.clips.expert import Expert
from afil_perception.filter.segments import Context
from afil_perception.pipeline.corrections import CORRECTIONS_FILE, Corrections, Corrector
from afil_perception.pipeline.decisions import Decided, write_said
from afil_perception.pipeline.frames import LostFrame
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.pipeline import Pipeline, Plan
from afil_perception.pipeline.state import NEVER, EpisodeState, state_of

FrameSink = Callable[[EpisodeClip, PerceivedFrame], None]
"""Called per frame with its clip and its result, e.g. to publish it."""


@dataclass(frozen=True)
class SidecarReport:
    """What was done for an episode.

    Attributes:
        made: Whether the sidecar was made; one that is up to date is left alone.
        why: Why it was made anew; empty where there was none.
        frames: Frames that were perceived.
        frames_with_objects: Those in which at least one key object was kept.
        problems: What could not be looked for, and which frames were left out, a sentence each.
    """

    made: bool
    why: str
    frames: int
    frames_with_objects: int
    problems: tuple[str, ...]


def write_sidecar(
    episode: Episode,
    pipeline: Pipeline,
    sink: FrameSink | None = None,
    corrections: Corrections | None = None,
    known: Mapping[str, InputFile] | None = None,
    choices: Mapping[str, str] | None = None,
) -> SidecarReport:
    """Perceive an episode and write its sidecar; one that is up to date is left alone.

    Args:
        episode: The episode; nothing that was recorded is touched.
        pipeline: What perceives.
        sink: Also gets every frame's result.
        corrections: What people have corrected of its dataset.
        known: Hashes of its files, where somebody has read them just now.
        choices: By stage, why its backend was chosen; the pipeline's own by default.

    Raises:
        AfilError: When the episode can't be read, lost too many frames, or nothing of its
            instruction can be looked for; a sidecar from before is then still there.
    """
    state = state_of(episode, pipeline, corrections, known)
    if not state.why:
        assert state.before is not None
        return SidecarReport(False, "", 0, 0, state.before.problems)
    first = next(iter(state.clips))
    plan = pipeline.plan(
        episode.metadata.instruction,
        state.clips[first],
        state.keys[first]["describe"],
        state.scene,
    )
    correctors = {name: Corrector(wrong) for name, wrong in state.corrections.items()}
    records = _write(state, pipeline, plan, correctors, sink, choices or pipeline.choices)
    left_out = [record.left_out for record in records.values() if record.left_out]
    vain = [problem for corrector in correctors.values() for problem in corrector.problems()]
    vain += _renumbered(state)
    return SidecarReport(
        True,
        "" if state.why == NEVER else state.why,
        sum(r.frames for r in records.values()),
        sum(r.frames_with_objects for r in records.values()),
        (*plan.problems, *left_out, *vain),
    )


def _renumbered(state: EpisodeState) -> list[str]:
    """Of each stream that was tracked anew, which corrections name objects by a former number."""
    if state.before is None:
        return []
    said = []
    for name, wrong in state.corrections.items():
        numbers = sorted({c.id for c in wrong if c.id is not None})
        former = state.before.streams.get(name)
        if not numbers or former is None:
            continue
        if former.keys.get("instances") != state.keys[name]["instances"]:
            said.append(
                f"{CORRECTIONS_FILE} corrects objects {', '.join(map(str, numbers))} of {name}, "
                "but objects were tracked anew, and these numbers may be of others now; look them "
                "up in the review page"
            )
    return said


def _write(
    state: EpisodeState,
    pipeline: Pipeline,
    plan: Plan,
    correctors: Mapping[str, Corrector],
    sink: FrameSink | None,
    choices: Mapping[str, str],
) -> dict[str, StreamRecord]:
    episode = state.episode
    place = Sidecar(episode.path).path
    storage.clear_drafts(place)
    with storage.replacing(place) as draft:
        # A bag is named after its folder.
        bag = draft / place.name
        writer = BagWriter(bag)
        decided: list[Decided] = []
        try:
            records = {
                name: _write_stream(
                    writer, state, pipeline, plan, name, correctors[name], decided, sink
                )
                for name in state.clips
            }
        finally:
            writer.close()
        for path in bag.iterdir():
            path.rename(draft / path.name)
        bag.rmdir()
        write_said(draft, plan.description, decided)
        provenance = Provenance(
            format_version=FORMAT_VERSION,
            instruction=episode.metadata.instruction,
            intent=plan.description.intent,
            objects=tuple(p.text for p in plan.description.objects),
            problems=plan.problems,
            backends=pipeline.backends,
            stand_ins=pipeline.stand_ins,
            choices=dict(choices),
            inputs=state.inputs,
            streams=records,
            config=to_plain(pipeline.config),
        )
        (draft / PERCEPTION_FILE).write_text(to_yaml(provenance), encoding="utf-8")
    return records


def _write_stream(
    writer: BagWriter,
    state: EpisodeState,
    pipeline: Pipeline,
    plan: Plan,
    name: str,
    corrector: Corrector,
    decided: list[Decided],
    sink: FrameSink | None,
) -> StreamRecord:
    episode, clip, keys = state.episode, state.clips[name], state.keys[name]
    topic, with_objects = clip.stream.topic, 0
    left_out = LeftOut(episode.path, f"frames of {topic}")
    events: Counter[str] = Counter()
    saliency = pipeline.config.saliency.for_scene(driving=state.scene == "driving")
    declared = {key_objects_topic(topic): KEY_OBJECTS_TYPE, saliency_topic(topic): SALIENCY_TYPE}
    for declared_topic, msgtype in declared.items():
        writer.add_topic(declared_topic, msgtype, SIDECAR_QOS)
    context = Context(state.scene, Expert(episode).doing)
    perceived = pipeline.run(clip, plan.description, keys, saliency, context, corrector)
    with closing(perceived) as items:
        for item in items:
            if isinstance(item, LostFrame):
                left_out.add(item.loss.cause, item.loss.text)
                continue
            encoded = encode_frame(item, topic, clip.stream.frame)
            for encoded_topic, (msgtype, cdr) in encoded.items():
                if encoded_topic not in declared:  # masks, when there are any
                    declared[encoded_topic] = msgtype
                    writer.add_topic(encoded_topic, msgtype, SIDECAR_QOS)
                writer.write(encoded_topic, cdr, item.stamp_ns)
            left_out.used += 1
            events.update(event.kind for event in item.events)
            with_objects += bool(item.objects)
            if item.decision is not None:
                decided.append(Decided(topic, item.index, item.stamp_ns, item.decision))
            if sink is not None:
                sink(clip, item)
    left_out.require(pipeline.config.max_lost_share)
    return StreamRecord(
        topic=topic,
        keys=keys,
        frames=left_out.used,
        frames_with_objects=with_objects,
        lost=left_out.lost,
        left_out=left_out.summary(),
        track_events=dict(events),
    )


def encode_frame(
    frame: PerceivedFrame, topic: str, frame_id: str, *, empty_masks: bool = False
) -> dict[str, tuple[str, bytes]]:
    """Type and CDR bytes by topic: masks, where there are any, key objects, and the map.

    Args:
        frame: What was perceived.
        topic: The image topic.
        frame_id: Coordinate frame of the image.
        empty_masks: Masks where there are none, too: who listens has the last ones still.
    """
    objects, stamp_ns = frame.objects, frame.stamp_ns
    encoded = {}
    if empty_masks or any(o.mask is not None for o in objects):
        encoded[masks_topic(topic)] = (MASKS_TYPE, encode_masks(objects, stamp_ns, frame_id))
    cdr = encode_key_objects(objects, stamp_ns, frame_id)
    encoded[key_objects_topic(topic)] = (KEY_OBJECTS_TYPE, cdr)
    cdr = encode_map(frame.saliency, stamp_ns, frame_id)
    encoded[saliency_topic(topic)] = (SALIENCY_TYPE, cdr)
    return encoded
