"""Small synthetic material: scenes, videos and episodes made in code."""

import _thread
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_core.codecs import encode_image
from afil_core.contract import load_contract
from afil_core.episodes import Episode, EpisodeWriter
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_perception.clips import Clip, Frame, Loss

ORANGE = (255, 130, 10)
RED = (200, 20, 20)
GREEN = (20, 140, 40)
YELLOW = (230, 210, 20)
TABLE = (120, 118, 115)


def scene(
    discs: Sequence[tuple[int, int, int, tuple[int, int, int]]], size: tuple[int, int] = (120, 160)
) -> np.ndarray:
    """An image of a gray table with discs (x, y, radius, RGB)."""
    image = np.full((*size, 3), TABLE, np.uint8)
    for x, y, radius, color in discs:
        cv2.circle(image, (x, y), radius, color, -1)
    return image


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[], None]]:
    """Does what Ctrl-C in a terminal does to a program; other tests leave handlers of ROS."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield _thread.interrupt_main
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def no_fetched_weights(tmp_path_factory, monkeypatch) -> Path:
    """What the owner of a machine has fetched must not change what the tests see."""
    folder = tmp_path_factory.mktemp("hub")
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def fetched(no_fetched_weights: Path) -> Callable[[str, Path], Path]:
    """Puts a checkpoint where the hub's client would have put it, under a name of the hub."""

    def put(name: str, checkpoint: Path) -> Path:
        place = no_fetched_weights / f"models--{name.replace('/', '--')}"
        snapshot = place / "snapshots" / "0123abc"
        snapshot.parent.mkdir(parents=True)
        shutil.copytree(checkpoint, snapshot)
        (place / "refs").mkdir()
        (place / "refs" / "main").write_text("0123abc")
        return snapshot

    return put


@pytest.fixture
def draw() -> Callable[..., np.ndarray]:
    return scene


@pytest.fixture
def moving_carrot() -> list[np.ndarray]:
    """Ten frames: an orange disc moves right, distractors stay."""
    return [
        scene([(30 + 5 * k, 60, 8, ORANGE), (120, 30, 9, RED), (40, 100, 9, GREEN)])
        for k in range(10)
    ]


class ListClip(Clip):
    """A clip of images in memory; those that are None can't be read."""

    def __init__(self, images: Sequence[np.ndarray | None], identity: str = "list") -> None:
        self._images = images
        self._identity = identity
        self._lost: dict[int, Loss] = {}
        self.reads = 0

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def times_ns(self) -> list[int]:
        return [100 * k for k in range(len(self._images))]

    @property
    def lost(self) -> dict[int, Loss]:
        return self._lost

    def __len__(self) -> int:
        return len(self._images)

    def __iter__(self) -> Iterator[Frame]:
        for index in range(len(self._images)):
            try:
                yield self.frame(index)
            except AfilError as error:
                self._lost[index] = Loss("broken", str(error))

    def frame(self, index: int) -> Frame:
        self.reads += 1
        image = self._images[index]
        if image is None:
            raise AfilError("a torn image")
        return Frame(index, 100 * index, image)


@pytest.fixture
def clip_of() -> type[ListClip]:
    """Makes a clip of images in memory."""
    return ListClip


@pytest.fixture
def make_episode(tmp_path: Path) -> Callable[..., Episode]:
    """Writes frames as an episode of the contract ``video`` into ``tmp_path/demos``.

    A frame may be bytes, which are recorded as they are.
    """

    def make(
        frames: Sequence[np.ndarray | bytes],
        instruction: str = "lift the carrot",
        dataset: Path = tmp_path / "demos",
        step_ns: int = 50_000_000,
    ) -> Episode:
        size = next(list(f.shape[:2]) for f in frames if not isinstance(f, bytes))
        contract = changed(load_contract("video"), {"observations.image.size": size})
        stream = contract.images[0]
        writer = EpisodeWriter(dataset, contract, instruction)
        for k, frame in enumerate(frames):
            stamp_ns = 1_000_000_000 + k * step_ns
            is_raw = isinstance(frame, bytes)
            cdr = frame if is_raw else encode_image(frame, stamp_ns, stream.frame)
            # received a little after the exposure, as in a real recording
            writer.write(stream.topic, cdr, stamp_ns + 3_000_000)
        return Episode(writer.save(None))

    return make


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Writes frames as an MJPG video."""

    def make(frames: Sequence[np.ndarray], name: str = "clip.avi", fps: float = 20.0) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        height, width = frames[0].shape[:2]
        codec = cv2.VideoWriter.fourcc(*"MJPG")
        writer = cv2.VideoWriter(str(path), codec, fps, (width, height))
        for frame in frames:
            writer.write(frame[:, :, ::-1])
        writer.release()
        return path

    return make
