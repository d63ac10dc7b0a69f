"""What bench_gpu measures with: training that ends after some seconds, and how busy a GPU is."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import torch

from afil_policy.data.cache import Cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer
from benchmarks.train_load import configured

# Side of a DINOv2 patch times 16, and a multiple of a ResNet's 32.
SIDE = 224
BATCH = 128
_WARM_STEPS = 12


class BusyShare:
    """How busy the GPU is while entered, as NVML says: the share of time in which a kernel ran.

    Attributes:
        seen: Percent, one number a tenth of a second; empty where NVML can't be asked.
    """

    def __init__(self, every_s: float = 0.1) -> None:
        self.seen: list[float] = []
        self._every_s = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> BusyShare:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()

    @property
    def percent(self) -> float:
        """The mean; NaN where nobody could be asked."""
        # The first of NVML's periods began before.
        rest = self.seen[5:]
        return statistics.fmean(rest) if rest else float("nan")

    def _watch(self) -> None:
        while not self._end.wait(self._every_s):
            try:
                self.seen.append(float(torch.cuda.utilization()))
            except (ModuleNotFoundError, RuntimeError):  # no nvidia-ml-py, or an old driver
                return


class _EnoughError(Exception):
    """The run has lasted long enough."""


@dataclass
class Rate:
    """What came of a training run.

    Attributes:
        samples_per_s: After the warm-up.
        busy_percent: See :class:`BusyShare`.
        peak_gb: Memory that torch held at most on the GPU.
        warm_up_s: Until the steps that count began, compilation included.
    """

    samples_per_s: float
    busy_percent: float
    peak_gb: float
    warm_up_s: float


@dataclass
class _Clock:
    seconds: float
    batch: int
    begun_s: float = field(default_factory=time.perf_counter)
    warm_s: float = 0.0
    taken: int = 0
    busy: BusyShare = field(default_factory=BusyShare)

    def step(self, number: int) -> None:
        if number < _WARM_STEPS:
            return
        if number == _WARM_STEPS:
            torch.cuda.synchronize()
            self.busy.__enter__()
            self.warm_s = time.perf_counter()
            return
        self.taken += self.batch
        if time.perf_counter() - self.warm_s > self.seconds:
            torch.cuda.synchronize()
            self.seconds = time.perf_counter() - self.warm_s
            self.busy.__exit__(None, None, None)
            raise _EnoughError


def rate(config: TrainConfig, cache: Cache, seconds: float) -> Rate:
    """Train for some seconds after the warm-up, with the trainer's own loop and loader."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    clock = _Clock(seconds, config.optimizer.batch_size)
    with tempfile.TemporaryDirectory(prefix="afil_bench_gpu_") as folder:
        trainer = Trainer(config, cache, Path(folder), device="cuda", after_step=clock.step)
        with suppress(_EnoughError):
            trainer.run()
    return Rate(
        samples_per_s=clock.taken / clock.seconds,
        busy_percent=clock.busy.percent,
        peak_gb=torch.cuda.max_memory_allocated() / 1e9,
        warm_up_s=clock.warm_s - clock.begun_s,
    )


def networks(folder: Path) -> dict[str, dict[str, object]]:
    """Options of the two networks by name; random weights of the real shapes."""
    import transformers

    shape = transformers.Dinov2Config(
        hidden_size=384, num_hidden_layers=12, num_attention_heads=6, patch_size=14, image_size=518
    )
    shape.architectures = ["Dinov2Model"]
    shape.save_pretrained(folder / "dinov2_small")
    return {
        "ResNet-34": {"encoder": "resnet", "encoder.depth": 34, "pooling": "average"},
        "DINOv2-S": {
            "encoder": "vit",
            "encoder.model": str(folder / "dinov2_small"),
            "encoder.weights": "none",
            "encoder.train": "full",
        },
    }


def gpu_config(method: str, network: Mapping[str, object], **training: object) -> TrainConfig:
    """A run of one of the networks, so long that it never ends by itself."""
    return configured(
        method,
        **{
            "data.height": SIDE,
            "data.width": SIDE,
            "optimizer.epochs": 10_000,
            "optimizer.batch_size": BATCH,
            "optimizer.learning_rate": 1e-4,
            **network,
            **{f"training.{key}": value for key, value in training.items()},
        },
    )
