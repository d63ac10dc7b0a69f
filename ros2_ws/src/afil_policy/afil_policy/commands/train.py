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
from afil_policy.data.cache import Cache, chosen_episodes, open_cache
from afil_policy.methods import METHODS
from afil_policy.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts
from afil_policy.training.layout import FOLDER, RUNS
from afil_policy.training.runs import RunRecord, claim, claim_numbered, read_record
from afil_policy.training.trainer import Result, Trainer, run_identity

_DATASET = Path("demos")


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    config, device = _config(args), _device(args.device)
    if args.threads:
        torch.set_num_threads(args.threads)
    cache_root = args.cache or (args.output.parent if args.output else RUNS) / "cache"
    needs_saliency = config.method.kind.needs_saliency
    cache = open_cache(args.dataset, config.data, cache_root, needs_saliency=needs_saliency)
    for sentence in cache.left_out:
        print(sentence)
    print(_summary(config, cache), flush=True)
    record = RunRecord(
        identity=run_identity(config, cache),
        dataset=str(args.dataset),
        dataset_sha256=cache.dataset_sha256,
        config=config,
    )
    if args.output:
        output: Path = args.output
        claim(output, record)
    else:
        output = claim_numbered(RUNS, record)
    if (output / FOLDER).exists():
        load_checkpoint(output)
        print(f"already trained: {output / FOLDER}", flush=True)
        return 0
    print(f"run: {output}", flush=True)
    _train(config, cache, output, device)
    return 0


def _train(config: TrainConfig, cache: Cache, output: Path, device: str) -> None:
    trainer = Trainer(config, cache, output, device=device)
    try:
        result = trainer.run()
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on from {output}", flush=True)
        raise
    save_checkpoint(_checkpoint(output, config, cache, result), result.weights)
    trainer.finish()
    print(f"checkpoint written: {output / FOLDER}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train", description="Fit a policy to a dataset of episodes.", allow_abbrev=False
    )
    parser.add_argument("--dataset", type=Path, help=f"folder of the episodes; default {_DATASET}")
    parser.add_argument("--data", type=_renamed, help=argparse.SUPPRESS)
    parser.add_argument(
        "--output", type=Path, help=f"folder of the run; default {RUNS}/<method>_<number>"
    )
    parser.add_argument(
        "--method",
        help=f"one of {', '.join(METHODS.names())}; default: the configuration's, or else "
        "autofocus where all episodes have saliency maps, and bc where not",
    )
    parser.add_argument("--config", type=Path, help="YAML file; what it lacks is default")
    parser.add_argument(
        "--from", dest="repeated", type=Path, metavar="RUN", help="repeat a run, or vary it"
    )
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
    """The configuration that the arguments ask for; ``args.dataset`` is set where it was not."""
    text, source = "", "the command line"
    if args.repeated is not None:
        if args.config is not None:
            raise AfilError("--from brings a configuration of its own; leave --config away")
        record = read_record(args.repeated)
        args.dataset = args.dataset or Path(record.dataset)
        text, source = schema.to_yaml(record.config), str(args.repeated)
    elif args.config is not None:
        source = str(args.config)
        text = _read(args.config)
    args.dataset = args.dataset or _DATASET
    overrides: dict[str, Any] = {}
    if args.method is not None and args.method != _method_of(text, source):
        overrides["method"] = args.method
    if args.seed is not None:
        overrides["seed"] = args.seed
    overrides |= schema.parse_overrides(args.set)
    if _method_of(text, source) is None and not {"method", "method.name"} & overrides.keys():
        rest = {k: v for k, v in overrides.items() if not k.startswith("method.")}
        plain = schema.parse(TrainConfig, text, source, rest)
        method, why = _default_method(args.dataset, plain)
        print(f"method: {method}, as {why}", flush=True)
        overrides = {"method.name": method} | overrides
    return schema.parse(TrainConfig, text, source, overrides)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AfilError(f"configuration {path} cannot be read ({reason})") from error


def _method_of(text: str, source: str) -> str | None:
    """Name of the method that a configuration chooses; None where it chooses none."""
    data = schema.parse_yaml(text, source)
    method = data.get("method") if isinstance(data, dict) else None
    name = method.get("name") if isinstance(method, dict) else method
    return name if isinstance(name, str) else None


def _default_method(dataset: Path, config: TrainConfig) -> tuple[str, str]:
    episodes = chosen_episodes(dataset, config.data)
    without = [e.path.name for e in episodes if not e.sidecar.exists()]
    if not without:
        return "autofocus", f"all {len(episodes)} episodes have saliency maps"
    return "bc", (
        f"{len(without)} of {len(episodes)} episodes have no saliency maps (first: "
        f"{without[0]}); for autofocus run `ros2 launch afil_perception perceive.launch.py "
        f"dataset:={dataset}` before"
    )


def _summary(config: TrainConfig, cache: Cache) -> str:
    maps = "with" if cache.saliency_cameras == cache.cameras else "without"
    return (
        f"{config.method.name}: {len(cache.shards)} episodes, {len(cache.actions)} steps, "
        f"{', '.join(cache.cameras)} at {config.data.height}x{config.data.width}, "
        f"{maps} saliency maps"
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
        finished_at=datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
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
