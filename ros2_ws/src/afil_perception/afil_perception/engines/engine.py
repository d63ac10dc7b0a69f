"""What an engine is: it does the same job for each episode, somewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from afil_core.saliency.provenance import InputFile
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.sidecar import FrameSink


@dataclass(frozen=True)
class Job:
    """Perceiving one episode.

    Attributes:
        episode: Its folder.
        inputs: Hashes of its files.
        choices: By stage, why who perceives it was chosen, where nobody named one.
    """

    episode: Path
    inputs: Mapping[str, InputFile]
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        episode: Folder of the episode.
        made: Whether its sidecar was made.
        why: Why it was made anew.
        frames: Frames that were perceived.
        frames_with_objects: Those in which a key object was kept.
        problems: A sentence each.
        failure: Why it failed; empty where it did not.
        ends_run: Whether what failed would fail for every other episode, too.
    """

    episode: Path
    made: bool = False
    why: str = ""
    frames: int = 0
    frames_with_objects: int = 0
    problems: tuple[str, ...] = ()
    failure: str = ""
    ends_run: bool = False


class Engine(ABC):
    """Runs jobs; made with its options.

    Attributes:
        calls_back: Whether it runs in this process, so that it can call a sink.
    """

    calls_back: ClassVar[bool] = False

    @abstractmethod
    def run(
        self,
        dataset: Path,
        config: PerceptionConfig,
        jobs: Sequence[Job],
        at_once: int,
        sink: FrameSink | None,
    ) -> Generator[Outcome, None, None]:
        """Do all jobs.

        Args:
            dataset: Folder of the dataset, which has corrections and what stages have done.
            config: How to perceive, with every backend named.
            jobs: What is to be done.
            at_once: Most jobs at once.
            sink: Also gets every frame's result.

        Yields:
            What became of each job, in the order in which they end. Closing it ends the others.

        Raises:
            AfilError: When the engine can't be used.
        """
