"""What perception costs beside its models: maps, milliseconds a frame, memory of a long video."""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from afil_core.saliency import KeyObject, Rle
from afil_core.saliency.encoding import encode_key_objects, encode_map, encode_masks
from afil_perception.clips.clip import Frame, Rgb
from afil_perception.describe import Description, Phrase
from afil_perception.detect import DETECTORS, Detection, Detector
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.saliency import MapRenderer, SaliencyConfig
from afil_perception.track import TRACKERS
from benchmarks.bench_perceive_scenes import ImagesClip

SIZE = (180, 320)
OBJECTS = 10
SIGMA_PX = 20.0
VIDEO_HZ = 5
_PASSES = 9
_MAPS = 40


def direct(near: Mapping[int, Sequence[KeyObject]]) -> NDArray[np.uint8]:
    """The formula as it is written: a Gaussian per pixel and object, in NumPy."""
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]] + 0.5
    total = np.zeros(SIZE)
    for step, objects in near.items():
        frame = np.zeros(SIZE)
        for item in objects:
            cx, cy = (item.box[0] + item.box[2]) / 2, (item.box[1] + item.box[3]) / 2
            frame += np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * SIGMA_PX**2))
        frame = (frame - frame.min()) / (frame.max() - frame.min() + 1e-8)
        total += 0.7 ** abs(step) * frame
    total = (total - total.min()) / (total.max() - total.min() + 1e-8)
    return np.asarray(np.rint(total * 255), dtype=np.uint8)


def renderer() -> MapRenderer:
    """As the pipeline has it, with its defaults for driving."""
    return MapRenderer(SaliencyConfig(sigma_fraction=SIGMA_PX / SIZE[1]), SIZE)


def objects(rng: np.random.Generator) -> list[KeyObject]:
    """Ten of them, anywhere."""
    centers = rng.uniform([20, 20], [SIZE[1] - 20, SIZE[0] - 20], (OBJECTS, 2))
    return [
        KeyObject(k, "object", 0.9, (x - 8.0, y - 8.0, x + 8.0, y + 8.0))
        for k, (x, y) in enumerate(centers.tolist(), start=1)
    ]


def maps_per_s() -> tuple[float, float, float, int]:
    """Maps per second of CPU on one core: ours, the direct formula's, the ratio, worst level.

    Measured in turns; the ratio is the median of the turns.
    """
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    frames = [objects(rng) for _ in range(_MAPS + 1)]
    windows = [{0: b, -1: a} for a, b in pairwise(frames)]
    ours = renderer().gray
    away = max(
        int(np.abs(ours(w).astype(int) - direct(w).astype(int)).max()) for w in windows[:10]
    )
    rates = [(_rate(ours, windows), _rate(direct, windows[:10])) for _ in range(_PASSES)]
    fast = statistics.median(a for a, _ in rates)
    slow = statistics.median(b for _, b in rates)
    return fast, slow, statistics.median(a / b for a, b in rates), away


def _rate(
    render: Callable[[Mapping[int, Sequence[KeyObject]]], NDArray[np.uint8]],
    windows: Sequence[Mapping[int, Sequence[KeyObject]]],
) -> float:
    begun = time.process_time()
    for near in windows:
        render(near)
    return len(windows) / (time.process_time() - begun)


class _Instant(Detector):
    """Ten objects with masks that move, in no time: all that is left is not the model's."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._frame = 0
        mask = np.zeros(size, bool)
        mask[100:140, 200:250] = True
        self._mask = Rle.of(mask)

    def detect(self, images: Sequence[Rgb], phrases: Sequence[Phrase]) -> list[list[Detection]]:
        """Ten boxes each."""
        return [self._next(phrases[0].text) for _ in images]

    def _next(self, phrase: str) -> list[Detection]:
        self._frame += 1
        x = self._frame % 100
        return [
            Detection(phrase, 0.9, (20.0 * k + x, 30.0 * k, 20.0 * k + x + 40, 30.0 * k + 40),
                      self._mask)
            for k in range(OBJECTS)
        ]  # fmt: skip


def stand_ins() -> PerceptionConfig:
    """Detector and tracker without weights, whatever this machine has."""
    detector, tracker = DETECTORS.select("color"), TRACKERS.select("iou")
    return PerceptionConfig(detector=detector, tracker=tracker)


def ms_per_frame(size: tuple[int, int], count: int = 200) -> float:
    """CPU milliseconds a frame of all stages but the models, and of encoding what they say."""
    _perceive(size, 5)  # else message classes are made in the time
    begun = time.process_time()
    _perceive(size, count)
    return (time.process_time() - begun) / count * 1e3


def _perceive(size: tuple[int, int], count: int) -> None:
    images = [np.zeros((*size, 3), np.uint8)] * count
    pipeline = Pipeline(stand_ins())
    pipeline._detector = _Instant(size)
    clip = ImagesClip(images)
    phrase = Phrase(text="object", role="target", plural=True)
    description = Description(intent="", objects=(phrase,))
    saliency = SaliencyConfig(sigma_fraction=30 / 640)
    keys = dict.fromkeys(("describe", "instances", "filter", "saliency"), "")
    for frame in pipeline.run(clip, description, keys, saliency):
        found = getattr(frame, "objects", ())
        encode_key_objects(found, 0, "camera")
        encode_masks(found, 0, "camera")
        encode_map(getattr(frame, "saliency", np.zeros(size, np.uint8)), 0, "camera")


class _Drawn(ImagesClip):
    """A long video, of which each frame is drawn when it is read."""

    def __init__(self, count: int, size: tuple[int, int]) -> None:
        super().__init__([])
        self._count = count
        self._size = size

    def __len__(self) -> int:
        """Number of frames."""
        return self._count

    def __iter__(self) -> Iterator[Frame]:
        """All of them."""
        return (self.frame(k) for k in range(self._count))

    def frame(self, index: int) -> Frame:
        """One of them: an orange disc that moves, and hides every now and then."""
        image = np.full((*self._size, 3), 110, np.uint8)
        if index % 50 < 44:
            place = (60 + index % 500, 240)
            cv2.circle(image, place, 14, (255, 130, 10), -1)
        return Frame(index, index * 50_000_000, image)


def long_video(seconds: int, rate: int = VIDEO_HZ) -> tuple[float, float]:
    """Peak memory (MB) of this process after a tenth of a video, and at its end."""
    count = seconds * rate
    clip = _Drawn(count, (480, 640))
    tracker = TRACKERS.select("iou").build()
    detector = DETECTORS.select("color").build()
    phrases = [Phrase(text="orange ball", role="target")]
    early = 0.0
    for k, _ in enumerate(tracker.track(clip, phrases, detector)):
        if k == count // 10:
            gc.collect()
            early = peak_mb()
    return early, peak_mb()


def peak_mb() -> float:
    """Peak memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def in_a_process(seconds: int) -> tuple[float, float]:
    """:func:`long_video` in a process of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.bench_perceive_cost", str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    early, late = (float(v) for v in done.stdout.split()[-2:])
    return early, late


if __name__ == "__main__":
    print(*long_video(int(sys.argv[1])))
