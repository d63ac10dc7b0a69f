"""An episode on disk: metadata, contract, steps, frames."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.bags import BagInfo, bag_info, read_bag
from afil_core.contract import Contract, parse_contract
from afil_core.episodes.ledger import require_all_topics
from afil_core.episodes.left_out import LeftOut
from afil_core.episodes.metadata import EPISODE_FILE, EpisodeMetadata, read_metadata
from afil_core.episodes.reader import StepReader
from afil_core.episodes.writer import CONTRACT_KEY
from afil_core.errors import AfilError
from afil_core.messages import peek_stamp
from afil_core.saliency.sidecar import Sidecar
from afil_core.timeline import Tick, Timeline


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
    def bag(self) -> BagInfo:
        """What the bag holds, by its metadata."""
        return bag_info(self.path)

    @cached_property
    def contract(self) -> Contract:
        """The contract that was embedded when the episode was recorded.

        Raises:
            AfilError: When the bag has none, or lacks one of the contract's topics.
        """
        if CONTRACT_KEY not in self.bag.custom_data:
            raise AfilError(
                f"{self.path}/metadata.yaml has no custom_data.{CONTRACT_KEY}: the bag was not "
                f"recorded by AFIL; record it with afil_teleop"
            )
        contract = parse_contract(self.bag.custom_data[CONTRACT_KEY], f"{self.path}/metadata.yaml")
        require_all_topics(contract.as_recorded, self.bag.counts, f"bag {self.path}")
        return contract

    @property
    def recorded(self) -> Contract:
        """The contract of what lies in the bag, where cameras may be packed."""
        return self.contract.as_recorded

    @property
    def saliency_path(self) -> Path:
        """Folder of the saliency sidecar bag, whether it is there or not."""
        return self.sidecar.path

    @cached_property
    def sidecar(self) -> Sidecar:
        """The saliency sidecar, whether it is there or not."""
        return Sidecar(self.path)

    def ticks(self, streams: Collection[str] | None = None) -> Iterator[Tick]:
        """The aligned ticks of the episode, through the live timeline."""
        timeline = Timeline(self.recorded, streams)
        names = {s.topic: s.name for s in timeline.streams}
        for topic, log_time_ns, cdr in read_bag(self.path, names):
            timeline.push(names[topic], cdr, log_time_ns)
            if timeline.pending:
                yield from timeline.poll(log_time_ns)
        yield from timeline.flush()

    def steps(
        self, streams: Collection[str] | None = None, *, handovers: bool = False
    ) -> StepReader:
        """The demonstration, step by step, in one pass through the bag.

        Args:
            streams: Names of the streams that are wanted; all by default.
            handovers: Whether steps in which another took over are among them, see
                :class:`~afil_core.episodes.reader.Step`.

        Raises:
            AfilError: When nothing in it can be imitated.
        """
        stepped = self.metadata.clock_steps > 0
        return StepReader(
            self.path, self.recorded, streams, as_written=stepped, handovers=handovers
        )

    def images(
        self, stream_name: str, left_out: LeftOut | None = None
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Every frame of an image stream: stamp (ns) and uint8 [H, W, 3] RGB.

        Args:
            stream_name: Name of the stream.
            left_out: Counts the frames; a broken one is left out there, and is an error without.

        Raises:
            AfilError: When the bag is damaged, or a frame is broken and nobody counts.
        """
        stream = self.recorded.stream(stream_name)
        for _, log_time_ns, cdr in read_bag(self.path, [stream.topic]):
            try:
                value: NDArray[Any] = stream.decode(cdr).value
            except AfilError as error:
                if left_out is None:
                    raise
                left_out.add(f"{stream.name} is broken", str(error))
                continue
            if left_out is not None:
                left_out.used += 1
            stamp_ns = peek_stamp(cdr) if stream.has_header else log_time_ns
            yield (log_time_ns if stamp_ns is None else stamp_ns), value

    def saliency_maps(self, stream_name: str) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Saliency maps of an image stream: stamp (ns) of the image and uint8 [H, W].

        Raises:
            AfilError: When the episode has no saliency sidecar for this stream.
        """
        return self.sidecar.maps(self.contract.stream(stream_name).topic)


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
            f"with `ros2 launch afil_teleop record.launch.py dataset:={dataset}`"
        )
    return episodes
