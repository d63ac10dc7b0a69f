"""What a GPU makes of training and of SAM 2; says so in a sentence where there is no GPU.

``python -m benchmarks.bench_gpu``: trains ResNet-34 and DINOv2-S (random weights of the real
shapes, 224x224, batches of 128) for some seconds each with the trainer's own loop and loader:
how busy the GPU is, what bf16, fp16 and torch.compile gain, and what ``autofocus`` costs beside
``bc``. Then SAM 2.1 tiny (random weights, 1024 pixels) the way the tracker uses it, over 500
frames. Results are kept with the device's name.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import torch

from afil_policy.data.cache import Cache, open_cache
from benchmarks.gpu_load import Rate, gpu_config, networks, rate
from benchmarks.gpu_sam2 import follow, save_real_size
from benchmarks.report import Report
from benchmarks.train_load import record_demonstrations

# 25 batches an epoch, none of them smaller than the others: each shape is compiled once.
_EPISODES, _LENGTH = 32, 100
_EVERY = ("training", "sam2", "compile")


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
    parser.add_argument("--networks", nargs="+", help="some of ResNet-34, DINOv2-S")
    parser.add_argument("--results", default="bench-gpu.jsonl", help="file in benchmarks/results")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        print("bench-gpu: torch finds no GPU on this machine, so there is nothing to measure")
        return 0
    report = Report(args.results)
    device = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    report.note("device", 1, "", "", device, ok=True)
    print(device, flush=True)
    with tempfile.TemporaryDirectory(prefix="afil_bench_gpu_") as name:
        folder = Path(name)
        plain: dict[str, Rate] = {}
        if {"training", "compile"} & set(args.parts):
            record_demonstrations(folder / "demos", _EPISODES, _LENGTH)
            made = networks(folder)
            if args.networks:
                made = {name: made[name] for name in args.networks}
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
