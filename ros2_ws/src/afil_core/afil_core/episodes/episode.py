"""Reading an episode: aligned steps, images and saliency maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core import messages
from afil_core.actions import DemonstratedActions
from afil_core.bags import bag_info, read_bag
from afil_core.codecs import decode
from afil_core.contract import Contract, parse_contract
from afil_core.episodes.metadata import EPISODE_FILE, EpisodeMetadata, read_metadata
from afil_core.episodes.writer import CONTRACT_KEY
from afil_core.errors import AfilError
from afil_core.timeline import Tick, Timeline

SALIENCY_FOLDER = "saliency"


def saliency_topic(image_topic: str) -> str:
    """Topic of the saliency maps that belong to an image topic."""
    return f"{image_topic}/saliency"


def key_objects_topic(image_topic: str) -> str:
    """Topic of the key objects that belong to an image topic."""
    return f"{image_topic}/key_objects"


@dataclass(frozen=True)
class Step:
    """One step of a demonstration.

    Attributes:
        stamp_ns: Stamp of the tick.
        observations: Value of every stream of the contract.
        action: float64 [D], the demonstrated action in the contract's units.
    """

    stamp_ns: int
    observations: dict[str, NDArray[Any]]
    action: NDArray[np.float64]


class Episode:
    """An episode on disk.

    Args:
        path: Its folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def metadata(self) -> EpisodeMetadata:
        """What ``episode.yaml`` says."""
        return read_metadata(self.path)

    @cached_property
    def contract(self) -> Contract:
        """The contract that was embedded when the episode was recorded.

        Raises:
            AfilError: When the bag has none, or lacks one of the contract's topics.
        """
        info = bag_info(self.path)
        if CONTRACT_KEY not in info.custom_data:
            raise AfilError(
                f"{self.path}/metadata.yaml has no custom_data.{CONTRACT_KEY}: the bag was not "
                f"recorded by AFIL; record it with afil_teleop"
            )
        contract = parse_contract(info.custom_data[CONTRACT_KEY], f"{self.path}/metadata.yaml")
        missing = [t for t in contract.topics() if not info.counts.get(t)]
        if missing:
            raise AfilError(
                f"bag {self.path} has no message on {', '.join(missing)}, which its contract "
                f"'{contract.robot}' requires; record it again"
            )
        return contract

    @property
    def saliency_path(self) -> Path:
        """Folder of the saliency sidecar bag, whether it is there or not."""
        return self.path / SALIENCY_FOLDER

    def ticks(self) -> Iterator[Tick]:
        """The aligned ticks of the episode, through the live timeline."""
        contract = self.contract
        streams = {s.topic: s for s in contract.observations}
        timeline = Timeline(contract)
        for topic, log_time_ns, cdr in read_bag(self.path, streams.keys()):
            stream = streams[topic]
            decoded = decode(stream, cdr)
            timeline.push(stream.name, decoded.stamp_ns, decoded.value, log_time_ns)
            yield from timeline.poll(log_time_ns)
        yield from timeline.flush()

    def steps(self) -> Iterator[Step]:
        """The demonstration, step by step; ticks with a gap in a stream are left out.

        Raises:
            AfilError: When the bag is damaged or nothing in it can be imitated.
        """
        actions = DemonstratedActions(self.contract)
        for topic, log_time_ns, cdr in read_bag(self.path, actions.topics):
            actions.add(topic, cdr, log_time_ns)
        period_ns = self.contract.period_ns
        previous: Tick | None = None
        for tick in self.ticks():
            if previous is not None:
                # After a gap the next tick is late; the action still spans one period.
                end_ns = min(tick.stamp_ns, previous.stamp_ns + 2 * period_ns)
                yield from _step(previous, end_ns, actions)
            previous = tick
        if previous is not None:
            yield from _step(previous, previous.stamp_ns + period_ns, actions)

    def images(self, stream_name: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Every frame of an image stream: stamp (ns) and uint8 [H, W, 3] RGB."""
        stream = self.contract.stream(stream_name)
        for _, log_time_ns, cdr in read_bag(self.path, [stream.topic]):
            decoded = decode(stream, cdr)
            yield (log_time_ns if decoded.stamp_ns is None else decoded.stamp_ns), decoded.value

    def saliency_maps(self, stream_name: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Saliency maps of an image stream: stamp (ns) of the image and uint8 [H, W].

        Raises:
            AfilError: When the episode has no saliency sidecar for this stream.
        """
        topic = saliency_topic(self.contract.stream(stream_name).topic)
        if not self.saliency_path.is_dir() or topic not in bag_info(self.saliency_path).types:
            raise AfilError(
                f"{self.path} has no saliency maps on {topic}; run "
                f"`ros2 launch afil_perception perceive.launch.py dataset:={self.path.parent}`"
            )
        for _, _, cdr in read_bag(self.saliency_path, [topic]):
            message = messages.deserialize(cdr, "sensor_msgs/msg/Image")
            rows = np.asarray(message.data, dtype=np.uint8).reshape(message.height, message.step)
            yield messages.stamp_to_ns(message.header.stamp), rows[:, : message.width]


def list_episodes(dataset: Path) -> list[Episode]:
    """The episodes of a dataset, by name; recordings that are under way are not among them.

    Raises:
        AfilError: When the folder is missing or holds no episode.
    """
    if not dataset.is_dir():
        raise AfilError(f"dataset {dataset} does not exist; give the folder of the episodes")
    folders = sorted(p for p in dataset.iterdir() if p.is_dir() and not p.name.startswith("."))
    episodes = [Episode(p) for p in folders if (p / EPISODE_FILE).is_file()]
    if not episodes:
        raise AfilError(
            f"dataset {dataset} holds no episode (a folder with {EPISODE_FILE}); record some "
            f"with `ros2 launch afil_teleop record.launch.py output:={dataset}`"
        )
    return episodes


def _step(tick: Tick, end_ns: int, actions: DemonstratedActions) -> Iterator[Step]:
    if tick.observations is None:
        return
    action = actions.action(tick.stamp_ns, end_ns, tick.observations)
    if action is not None:
        yield Step(tick.stamp_ns, tick.observations, action)
