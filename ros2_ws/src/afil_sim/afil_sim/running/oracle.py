"""Saliency from the state of the world: a recorded episode is driven once more, and looked at.

The sidecar ``saliency_oracle`` has the form of perception's, so that a policy can learn from it
(``data.saliency: oracle``) and perception can be held against it. What a perfect detector and
filter would give, where no trained weights are at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from afil_core import storage
from afil_core.bags import BagWriter, read_bag
from afil_core.commands.vehicle import VehicleStatus
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.saliency import KeyObject, Sidecar
from afil_core.saliency.encoding import encode_key_objects, encode_map
from afil_core.saliency.provenance import (
    FORMAT_VERSION,
    PERCEPTION_FILE,
    Provenance,
    StreamRecord,
)
from afil_core.saliency.topics import (
    KEY_OBJECTS_TYPE,
    SALIENCY_TYPE,
    SIDECAR_QOS,
    key_objects_topic,
    saliency_topic,
)
from afil_core.schema import to_yaml
from afil_sim.bodies import Vector
from afil_sim.tasks import TASKS, find_task, make_task

FOLDER: Final = "saliency_oracle"
Numbers = list[NDArray[Any]]
# As perception's for driving: of the image's width.
_SIGMA: Final = 20 / 320
# A uniform distribution as wide as a box has this standard deviation, of the box's width.
_BOX_SIGMA: Final = 1 / math.sqrt(12)
# Maps are smaller than images by this factor.
_SHRINK: Final = 2
# A recorded stream of numbers and the same one driven again are equal to this.
_SAME: Final = 1e-4


@dataclass(frozen=True)
class Labeled:
    """A frame.

    Attributes:
        stamp_ns: Its stamp.
        objects: What matters in it.
    """

    stamp_ns: int
    objects: list[KeyObject]


def label(episode: Episode) -> Iterator[Labeled]:
    """What matters in each frame of a simulated drive.

    Raises:
        AfilError: When the episode is not simulated, its world does not know what matters, or
            what is driven again is not what was recorded.
    """
    facts, contract = episode.metadata, episode.recorded
    if facts.seed is None:
        raise AfilError(f"{episode.path} has no seed: a simulator knows nothing of a real robot")
    applied, speeds = _driven(episode)
    task = make_task(contract, facts.notes.get("task", ""), world=_blind(contract.robot))
    height, width = contract.stream(contract.anchor).shape[:2]
    try:
        task.reset(facts.seed)
        for k, (stamp_ns, _) in enumerate(applied):
            for stream, values in speeds:
                again = task.world.body.observe()[stream.name]
                if not np.allclose(again, values[k], atol=_SAME):
                    raise AfilError(
                        f"{episode.path}: at {stamp_ns * 1e-9:.2f} s {stream.name} was "
                        f"{values[k]} and is {again} when it is driven again; it was recorded in "
                        f"another version of the world: record it anew"
                    )
            yield Labeled(stamp_ns, task.key_objects((height, width)))
            if k + 1 < len(applied):
                task.world.body.act(applied[k + 1][1])
                task.step()
    finally:
        task.close()


def _driven(
    episode: Episode,
) -> tuple[list[tuple[int, Vector]], list[tuple[Observation, Numbers]]]:
    """Stamp of each frame with the control that led to it; the numbers that were measured."""
    contract = episode.recorded
    told = [c for c in contract.require_action().demonstrated if isinstance(c, VehicleStatus)]
    if not told:
        raise AfilError(
            f"{episode.path}: {contract.robot} does not say in every frame what was applied "
            f"(vehicle_status), so the episode can't be driven again"
        )
    status, streams = told[0], {s.topic: s for s in contract.proprioception}
    applied: list[tuple[int, Vector]] = []
    numbers: dict[str, Numbers] = {topic: [] for topic in streams}
    for topic, _, cdr in read_bag(episode.path, [status.topic, *streams]):
        if topic == status.topic:
            decoded = status.decode(cdr)
            assert decoded.stamp_ns is not None
            applied.append((decoded.stamp_ns, decoded.value))
        else:
            numbers[topic].append(streams[topic].decode(cdr).value)
    times = [stamp_ns for stamp_ns, _ in applied]
    if {len(times)} | {len(n) for n in numbers.values()} != {len(times)} or any(
        b - a != contract.period_ns for a, b in pairwise(times)
    ):
        raise AfilError(
            f"{episode.path}: a frame is missing, so the episode can't be driven again; record it "
            f"anew"
        )
    return applied, [(streams[topic], values) for topic, values in numbers.items()]


def _blind(robot: str) -> dict[str, object]:
    """The usual world of a robot, without pictures where it can do without."""
    world = TASKS.select(find_task(robot)).config.world
    draws = "draws" in type(world.config).model_fields
    return {"name": world.name, **({"draws": False} if draws else {})}


def saliency_map(objects: Sequence[KeyObject], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A Gaussian on each object, at least as wide as its box; uint8 [H / 2, W / 2].

    Args:
        objects: The objects, in pixels of the image.
        size: Height and width of the image.
    """
    height, width = size[0] // _SHRINK, size[1] // _SHRINK
    rows, columns = np.arange(height) + 0.5, np.arange(width) + 0.5
    found = np.zeros((height, width))
    for thing in objects:
        x0, y0, x1, y1 = (v / _SHRINK for v in thing.box)
        along = _bell(columns, 0.5 * (x0 + x1), max(_SIGMA * width, _BOX_SIGMA * (x1 - x0)))
        down = _bell(rows, 0.5 * (y0 + y1), max(_SIGMA * width, _BOX_SIGMA * (y1 - y0)))
        np.maximum(found, np.outer(down, along), out=found)
    return np.asarray((255 * found).round(), np.uint8)


def _bell(at: NDArray[Any], center: float, sigma: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-0.5 * ((at - center) / sigma) ** 2))


def write_oracle(episode: Episode) -> StreamRecord | None:
    """Write an episode's sidecar; one that is there is left alone.

    Returns:
        What was written; None where it was there.

    Raises:
        AfilError: See :func:`label`.
    """
    place = Sidecar(episode.path, FOLDER).path
    if place.is_dir():
        return None
    stream = episode.recorded.stream(episode.recorded.anchor)
    size = (stream.shape[0], stream.shape[1])
    storage.clear_drafts(place)
    with storage.replacing(place) as draft:
        bag = draft / place.name
        writer = BagWriter(bag)
        frames = with_objects = 0
        phrases: set[str] = set()
        try:
            writer.add_topic(key_objects_topic(stream.topic), KEY_OBJECTS_TYPE, SIDECAR_QOS)
            writer.add_topic(saliency_topic(stream.topic), SALIENCY_TYPE, SIDECAR_QOS)
            for frame in label(episode):
                frames, with_objects = frames + 1, with_objects + bool(frame.objects)
                phrases.update(o.phrase for o in frame.objects)
                objects = encode_key_objects(frame.objects, frame.stamp_ns, stream.frame)
                drawn = saliency_map(frame.objects, size)
                shown = encode_map(drawn, frame.stamp_ns, stream.frame)
                writer.write(key_objects_topic(stream.topic), objects, frame.stamp_ns)
                writer.write(saliency_topic(stream.topic), shown, frame.stamp_ns)
        finally:
            writer.close()
        for path in bag.iterdir():
            path.rename(draft / path.name)
        bag.rmdir()
        record = StreamRecord(
            topic=stream.topic, keys={}, frames=frames, frames_with_objects=with_objects
        )
        provenance = Provenance(
            format_version=FORMAT_VERSION,
            instruction=episode.metadata.instruction,
            intent="",
            objects=tuple(sorted(phrases)),
            problems=(),
            backends={"world": "oracle"},
            stand_ins={"oracle": "a detector and a filter with trained weights"},
            inputs={},
            streams={stream.name: record},
            config={},
        )
        (draft / PERCEPTION_FILE).write_text(to_yaml(provenance), encoding="utf-8")
    return record
