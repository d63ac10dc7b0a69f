"""Writing the sidecar bag ``<episode>/saliency``: it appears whole, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from afil_core import storage
from afil_core.bags import BagWriter, read_bag
from afil_core.episodes import Episode, LeftOut
from afil_core.errors import AfilError
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
from afil_perception.clips.identity import digest, input_files
from afil_perception.clips.scene import scene_of
from afil_perception.filter.segments import Context
from afil_perception.pipeline.frames import LostFrame
from afil_perception.pipeline.pipeline import PerceivedFrame, Pipeline, Plan

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
    episode: Episode, pipeline: Pipeline, sink: FrameSink | None = None
) -> SidecarReport:
    """Perceive an episode and write its sidecar; one that is up to date is left alone.

    Args:
        episode: The episode; nothing that was recorded is touched.
        pipeline: What perceives.
        sink: Also gets every frame's result.

    Raises:
        AfilError: When the episode can't be read, lost too many frames, or nothing of its
            instruction can be looked for; a sidecar from before is then still there.
    """
    contract = episode.contract
    if not contract.images:
        raise AfilError(f"bag {episode.path} has no image stream: there is nothing to perceive")
    before = _provenance(episode)
    inputs = input_files(episode.path, before.inputs if before else {})
    recording = digest([(name, file.hash) for name, file in inputs.items()])
    clips = {s.name: EpisodeClip(episode, s.name, recording) for s in contract.images}
    instruction, scene = episode.metadata.instruction, scene_of(contract)
    keys = {name: pipeline.keys(instruction, clip, scene) for name, clip in clips.items()}
    why = _why(episode, before, keys, pipeline.config.max_lost_share)
    if before is not None and not why:
        return SidecarReport(False, "", 0, 0, before.problems)
    first = next(iter(clips))
    plan = pipeline.plan(instruction, clips[first], keys[first]["describe"], scene)
    records = _write(episode, pipeline, plan, clips, keys, inputs, sink)
    left_out = [record.left_out for record in records.values() if record.left_out]
    return SidecarReport(
        True,
        why,
        sum(r.frames for r in records.values()),
        sum(r.frames_with_objects for r in records.values()),
        (*plan.problems, *left_out),
    )


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
    max_lost_share: float,
) -> str:
    """Why a sidecar must be made anew; empty when it is up to date, or there is none."""
    if before is None:
        there = Sidecar(episode.path).exists()
        return "it was damaged, or of another version" if there else ""
    if before.streams.keys() != keys.keys():
        return "the image streams changed"
    for name, record in before.streams.items():
        changed = [stage for stage, key in keys[name].items() if record.keys.get(stage) != key]
        if changed:
            return f"what '{changed[0]}' follows from changed"
        if record.lost_share > max_lost_share:
            return "it lost more frames than max_lost_share now allows"
    return ""


def _write(
    episode: Episode,
    pipeline: Pipeline,
    plan: Plan,
    clips: Mapping[str, EpisodeClip],
    keys: Mapping[str, dict[str, str]],
    inputs: dict[str, InputFile],
    sink: FrameSink | None,
) -> dict[str, StreamRecord]:
    place = Sidecar(episode.path).path
    storage.clear_drafts(place)
    with storage.replacing(place) as draft:
        # A bag is named after its folder.
        bag = draft / place.name
        writer = BagWriter(bag)
        try:
            records = {
                name: _write_stream(writer, episode, pipeline, plan, clip, keys[name], sink)
                for name, clip in clips.items()
            }
        finally:
            writer.close()
        for path in bag.iterdir():
            path.rename(draft / path.name)
        bag.rmdir()
        provenance = Provenance(
            format_version=FORMAT_VERSION,
            instruction=episode.metadata.instruction,
            intent=plan.description.intent,
            objects=tuple(p.text for p in plan.description.objects),
            problems=plan.problems,
            backends=pipeline.backends,
            stand_ins=pipeline.stand_ins,
            inputs=inputs,
            streams=records,
            config=to_plain(pipeline.config),
        )
        (draft / PERCEPTION_FILE).write_text(to_yaml(provenance), encoding="utf-8")
    return records


def _write_stream(
    writer: BagWriter,
    episode: Episode,
    pipeline: Pipeline,
    plan: Plan,
    clip: EpisodeClip,
    keys: dict[str, str],
    sink: FrameSink | None,
) -> StreamRecord:
    topic, with_objects = clip.stream.topic, 0
    left_out = LeftOut(episode.path, f"frames of {topic}")
    events: Counter[str] = Counter()
    saliency = pipeline.config.saliency.for_scene(driving=scene_of(episode.contract) == "driving")
    declared = {key_objects_topic(topic): KEY_OBJECTS_TYPE, saliency_topic(topic): SALIENCY_TYPE}
    for name, msgtype in declared.items():
        writer.add_topic(name, msgtype, SIDECAR_QOS)
    context = Context(scene_of(episode.contract), Expert(episode).doing)
    with closing(pipeline.run(clip, plan.description, keys, saliency, context)) as items:
        for item in items:
            if isinstance(item, LostFrame):
                left_out.add(item.loss.cause, item.loss.text)
                continue
            for name, (msgtype, cdr) in encode_frame(item, topic, clip.stream.frame).items():
                if name not in declared:  # masks, when there are any
                    declared[name] = msgtype
                    writer.add_topic(name, msgtype, SIDECAR_QOS)
                writer.write(name, cdr, item.stamp_ns)
            left_out.used += 1
            events.update(event.kind for event in item.events)
            with_objects += bool(item.objects)
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


def encode_frame(frame: PerceivedFrame, topic: str, frame_id: str) -> dict[str, tuple[str, bytes]]:
    """Type and CDR bytes by topic: masks, where there are any, key objects, and the map."""
    objects, stamp_ns = frame.objects, frame.stamp_ns
    encoded = {}
    if any(o.mask is not None for o in objects):
        encoded[masks_topic(topic)] = (MASKS_TYPE, encode_masks(objects, stamp_ns, frame_id))
    cdr = encode_key_objects(objects, stamp_ns, frame_id)
    encoded[key_objects_topic(topic)] = (KEY_OBJECTS_TYPE, cdr)
    cdr = encode_map(frame.saliency, stamp_ns, frame_id)
    encoded[saliency_topic(topic)] = (SALIENCY_TYPE, cdr)
    return encoded
