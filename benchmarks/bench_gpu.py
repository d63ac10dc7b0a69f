"""What a GPU makes of training and of SAM 2; says so in a sentence where there is no GPU.

``python -m benchmarks.bench_gpu``: trains ResNet-34 and DINOv2-S (random weights of the real
shapes, 224x224, batches of 128) for some seconds each with the trainer's own loop and loader:
how busy the GPU is, what bf16, fp16 and torch.compile gain, and what ``autofocus`` costs beside
``bc``. Then SAM 2.1 tiny (random weights, 1024 pixels) the way the tracker uses it, over 500
frames. Results are kept with the device's name.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import torch

from afil_policy.data.cache import Cache, open_cache
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer
from benchmarks.gpu_sam2 import follow, save_real_size
from benchmarks.report import Report
from benchmarks.train_load import Sampled, configured, record_demonstrations

# 25 batches an epoch, none of them smaller than the others: each shape is compiled once.
_EPISODES, _LENGTH = 32, 100
_EVERY = ("training", "sam2", "compile")
# Side of a DINOv2 patch times 16, and a multiple of a ResNet's 32.
_SIDE = 224
_BATCH = 128
_WARM_STEPS = 12


class _EnoughError(Exception):
    """The run has lasted long enough."""


@dataclass
class Rate:
    """What came of a training run.

    Attributes:
        samples_per_s: After the warm-up.
        busy_percent: How busy the GPU was, as NVML says: the share of time in which a kernel ran;
            NaN where it can't be asked.
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
    busy: Sampled = field(default_factory=lambda: Sampled(_utilization, every_s=0.1))

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


def _utilization() -> float:
    return float(torch.cuda.utilization())


def _mean(percent: list[float]) -> float:
    # The first of NVML's periods began before.
    rest = percent[5:]
    return statistics.fmean(rest) if rest else float("nan")


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
        busy_percent=_mean(clock.busy.seen),
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
            "data.height": _SIDE,
            "data.width": _SIDE,
            "optimizer.epochs": 10_000,
            "optimizer.batch_size": _BATCH,
            "optimizer.learning_rate": 1e-4,
            **network,
            **{f"training.{key}": value for key, value in training.items()},
        },
    )


def precisions(report: Report, cache: Cache, name: str, network: dict[str, object],
               seconds: float) -> Rate:  # fmt: skip
    """fp32, fp16 and bf16, and autofocus beside bc; the bf16 one."""
    found = {
        precision: rate(gpu_config("autofocus", network, precision=precision), cache, seconds)
        for precision in ("fp32", "fp16", "bf16")
    }
    plain = rate(gpu_config("bc", network, precision="bf16"), cache, seconds)
    fp32, bf16 = found["fp32"], found["bf16"]
    for precision, made in found.items():
        report.add(f"{name}, autofocus, {precision}", made.samples_per_s, "1/s")
        report.add(f"{name}, autofocus, {precision}: memory", made.peak_gb, "GB")
        target = ">= 90" if precision == "bf16" else ""
        report.add(f"{name}, autofocus, {precision}: GPU busy", made.busy_percent, "%", target)
    report.add(f"{name}: bf16 by fp32", bf16.samples_per_s / fp32.samples_per_s, "x")
    slower = 100 * (plain.samples_per_s / bf16.samples_per_s - 1)
    report.add(f"{name}, bf16: autofocus slower than bc", slower, "%", "<= 4")
    return bf16


def compiled(report: Report, cache: Cache, name: str, network: dict[str, object],
             bf16: Rate, seconds: float) -> None:  # fmt: skip
    """torch.compile beside what it is compiled from."""
    config = gpu_config("autofocus", network, precision="bf16", compile=True)
    made = rate(config, cache, seconds)
    report.add(f"{name}, autofocus, bf16, compiled", made.samples_per_s, "1/s")
    report.add(f"{name}: compiled by bf16", made.samples_per_s / bf16.samples_per_s, "x")
    report.add(f"{name}, compiled: GPU busy", made.busy_percent, "%")
    report.add(f"{name}: until compiled", made.warm_up_s, "s")


def sam2(report: Report, folder: Path, frames: int) -> None:
    """SAM 2.1 tiny, as the tracker uses it."""
    place = save_real_size(folder / "sam2")
    for objects, count in ((1, frames), (3, frames // 5)):
        made = follow(place, count, objects)
        what = f"SAM 2.1 tiny, 1024 pixels, {objects} object(s), {count} frames"
        report.add(what, made.frames_per_s, "1/s")
        report.add(f"{what}: memory of the GPU", made.peak_gb, "GB")
        report.add(f"{what}: its growth after frame 50", made.gpu_growth_mb, "MB", "<= 50")
        report.add(f"{what}: growth of the process", made.host_growth_mb, "MB", "<= 200")


def main() -> int:
    """Measure and report; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="of each training run")
    parser.add_argument("--frames", type=int, default=500, help="that SAM 2 follows")
    parser.add_argument("--parts", nargs="+", default=list(_EVERY), choices=_EVERY)
    args = parser.parse_args()
    if not torch.cuda.is_available():
        print("bench-gpu: torch finds no GPU on this machine, so there is nothing to measure")
        return 0
    report = Report("bench-gpu.jsonl")
    device = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    report.note("device", 1, "", "", device, ok=True)
    print(device, flush=True)
    with tempfile.TemporaryDirectory(prefix="afil_bench_gpu_") as name:
        folder = Path(name)
        plain: dict[str, Rate] = {}
        if {"training", "compile"} & set(args.parts):
            record_demonstrations(folder / "demos", _EPISODES, _LENGTH)
            made = networks(folder)
            data = gpu_config("autofocus", next(iter(made.values()))).data
            cache = open_cache(folder / "demos", data, folder / "cache", needs_saliency=True)
        if "training" in args.parts:
            for network, options in made.items():
                plain[network] = precisions(report, cache, network, options, args.seconds)
        if "sam2" in args.parts:
            sam2(report, folder, args.frames)
        if "compile" in args.parts:
            for network, options in made.items():
                bf16 = plain.get(network) or rate(
                    gpu_config("autofocus", options, precision="bf16"), cache, args.seconds
                )
                compiled(report, cache, network, options, bf16, args.seconds)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
