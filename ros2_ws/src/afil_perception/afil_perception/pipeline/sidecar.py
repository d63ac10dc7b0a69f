"""The sidecar bag ``<episode>/saliency``: written beside, then moved in; never half there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from afil_core.bags import BagWriter, bag_info
from afil_core.codecs import encode_mono_image
from afil_core.contract import Contract, Qos
from afil_core.episodes import Episode
from afil_core.episodes.episode import key_objects_topic, saliency_topic
from afil_core.errors import AfilError
from afil_core.storage import move_in
from afil_perception.encoding import KEY_OBJECTS_TYPE, SALIENCY_TYPE, encode_key_objects
from afil_perception.pipeline.pipeline import PerceivedFrame, Pipeline, Plan

PERCEPTION_FILE = "perception.yaml"
PERCEPTION_KEY = "afil_perception"
SIDECAR_QOS = Qos(reliability="reliable", durability="volatile", depth=10)
# Raised when the same parameters come to mean other results.
FORMAT_VERSION = 1
_PARTIAL = ".saliency.partial"

FrameSink = Callable[[str, str, PerceivedFrame], None]
"""Called per frame with image topic, frame id and result, e.g. to publish it."""


@dataclass(frozen=True)
class SidecarReport:
    """What was done for an episode.

    Attributes:
        skipped: Whether a finished sidecar with the same parameters was there already.
        frames: Frames that were perceived.
        frames_with_objects: Those in which at least one key object was kept.
        problems: Phrases that could not be looked for, a sentence each.
    """

    skipped: bool
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
        AfilError: When the episode can't be read, or nothing of its instruction can be looked
            for; a sidecar from before is then still there.
    """
    contract = episode.contract
    driving = is_driving(contract)
    plan = pipeline.plan(episode.metadata.instruction)
    identity = _identity(episode, pipeline, plan, driving)
    if not contract.images:
        raise AfilError(f"bag {episode.path} has no image stream: there is nothing to perceive")
    if is_current(episode, identity):
        return SidecarReport(True, 0, 0, plan.problems)
    partial = episode.path / _PARTIAL
    shutil.rmtree(partial, ignore_errors=True)  # what an interrupted run left behind
    try:
        counts = _write(episode, pipeline, plan, driving, identity, partial / "saliency", sink)
        record = {**identity, "frames": counts[0], "frames_with_objects": counts[1]}
        text = yaml.safe_dump(record, sort_keys=False)
        (partial / "saliency" / PERCEPTION_FILE).write_text(text, encoding="utf-8")
        _swap_in(partial / "saliency", episode.saliency_path, partial / "old")
    except OSError as error:
        raise AfilError(
            f"{episode.saliency_path} cannot be written ({error.strerror or error}); make the "
            "episode's folder writable, or free some space"
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return SidecarReport(False, counts[0], counts[1], plan.problems)


def is_driving(contract: Contract) -> bool:
    """Whether a contract's action drives a vehicle, which has a sigma of its own."""
    return contract.action is not None and contract.action.kind == "vehicle_control"


def is_current(episode: Episode, identity: dict[str, Any]) -> bool:
    """Whether a finished sidecar made with the same input and parameters is there."""
    path = episode.saliency_path / PERCEPTION_FILE
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
        bag_info(episode.saliency_path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AfilError):
        return False
    return isinstance(record, dict) and all(record.get(k) == v for k, v in identity.items())


def _identity(episode: Episode, pipeline: Pipeline, plan: Plan, driving: bool) -> dict[str, Any]:
    """Everything the sidecar's content follows from, as plain data."""
    config = pipeline.config
    parameters = pipeline.parameters(driving=driving)
    return {
        "format_version": FORMAT_VERSION,
        "instruction": episode.metadata.instruction,
        "objects": [q.phrase for q in plan.description.objects],
        "problems": list(plan.problems),
        "backends": {
            "describe": config.vlm.backend,
            "detect": config.detector.backend,
            "track": config.tracker.backend,
            "filter": config.vlm.backend,
        },
        "sigma_fraction": parameters.sigma_fraction,
        "config": config.to_dict(),
    }


def _write(
    episode: Episode,
    pipeline: Pipeline,
    plan: Plan,
    driving: bool,
    identity: dict[str, Any],
    path: Path,
    sink: FrameSink | None,
) -> tuple[int, int]:
    """Write the bag; returns the frames and those with objects."""
    frames = with_objects = 0
    custom = {PERCEPTION_KEY: yaml.safe_dump(identity, sort_keys=False)}
    writer = BagWriter(path, custom)
    try:
        streams = episode.contract.images
        for stream in streams:
            writer.add_topic(key_objects_topic(stream.topic), KEY_OBJECTS_TYPE, SIDECAR_QOS)
            writer.add_topic(saliency_topic(stream.topic), SALIENCY_TYPE, SIDECAR_QOS)
        for stream in streams:
            results = pipeline.run(
                episode.images(stream.name),
                plan.description,
                pipeline.parameters(driving=driving),
            )
            for frame in results:
                objects, saliency = encode_frame(frame, stream.frame)
                writer.write(key_objects_topic(stream.topic), objects, frame.stamp_ns)
                writer.write(saliency_topic(stream.topic), saliency, frame.stamp_ns)
                if sink is not None:
                    sink(stream.topic, stream.frame, frame)
                frames += 1
                with_objects += bool(frame.objects)
    finally:
        writer.close()
    return frames, with_objects


def encode_frame(frame: PerceivedFrame, frame_id: str) -> tuple[bytes, bytes]:
    """CDR bytes of a frame's key objects and of its saliency map."""
    return (
        encode_key_objects(frame.objects, frame.stamp_ns, frame_id),
        encode_mono_image(frame.saliency, frame.stamp_ns, frame_id),
    )


def _swap_in(new: Path, place: Path, aside: Path) -> None:
    """Replace a folder by a finished one; at no time is there half a folder in its place."""
    if place.exists():
        os.rename(place, aside)
    try:
        move_in(new, place)
    except OSError:
        if aside.exists():
            os.rename(aside, place)
        raise
