"""Command ``train``: fit a policy to a dataset of episodes."""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch

from afil_core import schema
from afil_core.errors import AfilError, run
from afil_policy.data.cache import Cache, open_cache
from afil_policy.methods import METHODS
from afil_policy.training.checkpoint import (
    Checkpoint,
    TrainingFacts,
    load_checkpoint,
    save_checkpoint,
)
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import FOLDER
from afil_policy.training.trainer import Result, Trainer


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    config = _config(args)
    if args.threads:
        torch.set_num_threads(args.threads)
    cache_root = args.cache or args.output.parent / "cache"
    needs_saliency = config.method.kind.needs_saliency
    cache = open_cache(args.dataset, config.data, cache_root, needs_saliency=needs_saliency)
    for sentence in cache.left_out:
        print(f"left out: {sentence}")
    print(_summary(config, cache), flush=True)
    if _is_finished(args.output, config, cache):
        print(f"already trained: {args.output / FOLDER}", flush=True)
        return 0
    trainer = Trainer(config, cache, args.output, device=_device(args.device))
    try:
        result = trainer.run()
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on from {args.output}", flush=True)
        raise
    save_checkpoint(_checkpoint(args.output, config, cache, result), result.weights)
    trainer.finish()
    print(f"checkpoint written: {args.output / FOLDER}", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train", description="Fit a policy to a dataset of episodes.", allow_abbrev=False
    )
    parser.add_argument("--dataset", type=Path, required=True, help="folder of the episodes")
    parser.add_argument("--data", type=_renamed, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, required=True, help="folder of the run, made here")
    parser.add_argument("--method", help=f"one of {', '.join(METHODS.names())}")
    parser.add_argument("--config", type=Path, help="YAML file; what it lacks is default")
    parser.add_argument("--seed", type=int, help="seed of weights, order and episode split")
    parser.add_argument("--cache", type=Path, help="folder of the training cache")
    parser.add_argument("--device", default="cpu", help="torch device, e.g. cpu or cuda")
    parser.add_argument("--threads", type=int, help="processor threads; default: torch's choice")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a key of the configuration, e.g. optimizer.epochs=5; repeatable",
    )
    return parser


def _renamed(value: str) -> None:
    raise AfilError(f"--data is called --dataset now; write --dataset {value}")


def _config(args: argparse.Namespace) -> TrainConfig:
    overrides: dict[str, Any] = {}
    if args.method is not None:
        overrides["method"] = args.method
    if args.seed is not None:
        overrides["seed"] = args.seed
    overrides |= schema.parse_overrides(args.set)
    if args.config is None:
        return schema.parse(TrainConfig, "", "the command line", overrides)
    return schema.load(TrainConfig, args.config, overrides, what="configuration")


def _summary(config: TrainConfig, cache: Cache) -> str:
    maps = "with" if cache.saliency_cameras == cache.cameras else "without"
    return (
        f"{config.method.name}: {len(cache.shards)} episodes, {len(cache.actions)} steps, "
        f"{', '.join(cache.cameras)} at {config.data.height}x{config.data.width}, "
        f"{maps} saliency maps"
    )


def _is_finished(output: Path, config: TrainConfig, cache: Cache) -> bool:
    if not (output / FOLDER).exists():
        return False
    finished = load_checkpoint(output)
    same_data = finished.training.dataset_sha256 == cache.dataset_sha256
    if finished.config == config and same_data:
        return True
    what = "configuration" if same_data else "dataset"
    raise AfilError(
        f"{output} holds a finished checkpoint of another {what}; choose another --output, or "
        f"delete {output} to train again"
    )


def _device(name: str) -> str:
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise AfilError(f"--device {name} can't be used here ({reason}); try cpu") from error
    return name


def _checkpoint(output: Path, config: TrainConfig, cache: Cache, result: Result) -> Checkpoint:
    facts = TrainingFacts(
        method=config.method.name,
        seed=config.seed,
        dataset_sha256=cache.dataset_sha256,
        episodes=len(cache.shards),
        training_steps=result.training_steps,
        final=result.rows[-1],
        git_revision=_git_revision(),
        finished_at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        versions={"python": platform.python_version(), "torch": str(torch.__version__)},
    )
    return Checkpoint(
        path=output / FOLDER,
        config=config,
        contract=cache.contract,
        normalization=result.normalization,
        training=facts,
    )


def _git_revision() -> str | None:
    """Revision of the source tree that runs; None outside of one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
