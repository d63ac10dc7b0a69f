"""SAM 2.1 tiny at its real size with random weights, run as the tracker ``sam2`` runs it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from afil_perception.clips.clip import Rgb
from afil_perception.pretrained import load_pretrained
from afil_perception.track.sam2 import Sam2Tracker
from afil_perception.track.sam2_segmenter import TransformersSegmenter
from afil_perception.track.segmenter import Prompt
from benchmarks.train_load import anonymous_mb

_WARM_FRAMES = 50


@dataclass(frozen=True)
class Followed:
    """What came of following some objects.

    Attributes:
        frames_per_s: After the first frames.
        peak_gb: Memory that torch held at most on the GPU.
        gpu_growth_mb: What it held at the end, beyond what it held after the first frames.
        host_growth_mb: The same of the process, without files.
    """

    frames_per_s: float
    peak_gb: float
    gpu_growth_mb: float
    host_growth_mb: float


def save_real_size(folder: Path) -> Path:
    """The shape of facebook/sam2.1-hiera-tiny, which is the default of transformers."""
    import transformers

    torch.manual_seed(0)
    transformers.Sam2VideoModel(transformers.Sam2VideoConfig()).save_pretrained(folder)
    transformers.Sam2VideoProcessor(
        image_processor=transformers.Sam2ImageProcessor(),
        video_processor=transformers.Sam2VideoVideoProcessor(),
    ).save_pretrained(folder)
    return folder


class _Frames(Sequence[Rgb]):
    """Noise with squares that move, made when it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._noise = np.random.default_rng(0).integers(0, 90, (480, 640, 3), dtype=np.uint8)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Rgb:  # type: ignore[override]
        if index >= self._count:
            raise IndexError(index)
        image = self._noise.copy()
        for number in range(3):
            left = (60 * number + index) % 560
            image[60 + 120 * number : 140 + 120 * number, left : left + 80] = (230, 120, 20)
        return image


def follow(place: Path, frames: int, objects: int) -> Followed:
    """Follow some objects through some frames of 640x480."""
    loaded = load_pretrained(
        Sam2Tracker.Config(model=str(place)), "Sam2VideoModel", "Sam2VideoProcessor"
    )
    prompts = [
        Prompt(k, box=(60.0 * k, 60.0 + 120 * k, 60.0 * k + 80, 140.0 + 120 * k))
        for k in range(objects)
    ]
    torch.cuda.reset_peak_memory_stats()
    found = TransformersSegmenter(loaded).segment(_Frames(frames), prompts)
    warm = min(_WARM_FRAMES, frames // 2)
    _take(found, warm)
    held, host, begun = torch.cuda.memory_allocated(), anonymous_mb(), time.perf_counter()
    taken = _take(found, frames - warm - 1)
    seconds = time.perf_counter() - begun
    growth = (torch.cuda.memory_allocated() - held) / 1e6
    return Followed(
        frames_per_s=taken / seconds,
        peak_gb=torch.cuda.max_memory_allocated() / 1e9,
        gpu_growth_mb=growth,
        host_growth_mb=anonymous_mb() - host,
    )


def _take(found: Iterator[object], count: int) -> int:
    return sum(1 for _, _ in zip(range(count), found, strict=False))
