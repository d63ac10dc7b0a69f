"""Command ``train``: fit a policy to a dataset of episodes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list

from afil_core import schema
from afil_core.errors import AfilError, run
from afil_core.registry import Selection
from afil_policy.data.cache import Cache, open_cache
from afil_policy.data.selection import select
from afil_policy.methods import METHODS
from afil_policy.training.accelerator import AUTO, new_accelerator
from afil_policy.training.checkpoint import load_checkpoint, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import FOLDER, RUNS
from afil_policy.training.loggers import DEFAULT, LOGGERS, Logger, RunFacts
from afil_policy.training.runs import RunRecord, claim, claim_numbered, read_record
from afil_policy.training.trainer import Trainer, run_identity

_DATASET = Path("demos")
_NO_LOGGER = "none"


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    config = _config(args)
    loggers = _loggers(args.log)
    accelerator = new_accelerator(config.training.precision, args.device)
    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        _run(args, config, loggers, accelerator)
    finally:
        accelerator.end_training()
    return 0


def _run(
    args: argparse.Namespace,
    config: TrainConfig,
    loggers: list[Selection[Logger]],
    accelerator: Accelerator,
) -> None:
    needs = config.method.kind.needs(config.method.config)
    cache_root = args.cache or (args.output.parent if args.output else RUNS) / "cache"
    # Of several processes the first reads what is missing; the others find it done.
    with accelerator.local_main_process_first():
        cache = open_cache(
            args.dataset,
            config.data,
            cache_root,
            needs_saliency=needs.saliency or needs.saliency_history,
            workers=args.workers,
        )
    output = _claimed(args, config, cache, accelerator)
    if accelerator.is_main_process:
        for sentence in cache.left_out:
            print(sentence)
        print(_summary(config, cache), flush=True)
    if (output / FOLDER).exists():
        load_checkpoint(output)
        print(f"already trained: {output / FOLDER}", flush=True)
        return
    if accelerator.is_main_process:
        print(f"run: {output}", flush=True)
    facts = RunFacts(output, schema.to_plain(config), _summary(config, cache))
    told = [logger.build(facts) for logger in loggers] if accelerator.is_main_process else []
    trainer = Trainer(
        config, cache, output, accelerator=accelerator, workers=args.workers, loggers=told
    )
    try:
        result = trainer.run()
    except KeyboardInterrupt:
        print(f"stopped; the same command goes on from {output}", flush=True)
        raise
    if accelerator.is_main_process:
        checkpoint = trainer.checkpoint(output / FOLDER, result.rows[: result.epoch])
        save_checkpoint(checkpoint, result.weights)
        trainer.finish()
        print(f"checkpoint written: {output / FOLDER}", flush=True)


def _claimed(
    args: argparse.Namespace, config: TrainConfig, cache: Cache, accelerator: Accelerator
) -> Path:
    """The run's folder, the same one for all processes."""
    record = RunRecord(
        identity=run_identity(config, cache),
        datasets={str(folder): weight for folder, weight in args.dataset.items()},
        dataset_sha256=cache.dataset_sha256,
        config=config,
    )
    found: list[str | None] = [None]
    if accelerator.is_main_process:
        output: Path | None = args.output
        if output is None:
            output = claim_numbered(RUNS, record)
        else:
            claim(output, record)
        found = [str(output)]
    if accelerator.num_processes > 1:
        broadcast_object_list(found)
    return Path(str(found[0]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="train",
        description="Fit a policy to a dataset of episodes. On several GPUs or machines: "
        "torchrun --nproc-per-node 4 -m afil_policy.commands.train, or accelerate launch -m.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--dataset",
        nargs="+",
        metavar="FOLDER[=WEIGHT]",
        help=f"folders of episodes; default {_DATASET}. With a weight of 0.5 every other step "
        "comes in an epoch, with 2 each comes twice",
    )
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
    parser.add_argument(
        "--device", default=AUTO, help="torch device, e.g. cpu or cuda; default: a GPU if any"
    )
    parser.add_argument("--threads", type=int, help="processor threads; default: torch's choice")
    parser.add_argument(
        "--workers", type=int, help="processes or threads that load data; default: as many as pay"
    )
    parser.add_argument(
        "--log",
        nargs="+",
        default=list(DEFAULT),
        metavar="LOGGER",
        help=f"beside losses.csv: {', '.join(LOGGERS.names())}, or {_NO_LOGGER}; default: "
        f"{' '.join(DEFAULT)}",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override a key of the configuration, e.g. optimizer.epochs=5; repeatable",
    )
    return parser


def _loggers(names: list[str]) -> list[Selection[Logger]]:
    return [LOGGERS.select(name) for name in names if name != _NO_LOGGER]


def _datasets(words: list[str]) -> dict[Path, float]:
    """Folders with their weights."""
    found = {}
    for word in words:
        folder, sign, weight = word.rpartition("=")
        try:
            place, value = (Path(folder), float(weight)) if sign else (Path(word), 1.0)
        except ValueError:
            place, value = Path(word), 1.0
        if not 0 < value < 1e6:
            raise AfilError(f"--dataset {word} has the weight {value:g}; give one above 0")
        found[place] = value
    return found


def _renamed(value: str) -> None:
    raise AfilError(f"--data is called --dataset now; write --dataset {value}")


def _config(args: argparse.Namespace) -> TrainConfig:
    """The configuration that the arguments ask for; ``args.dataset`` is set where it was not."""
    text, source = "", "the command line"
    if args.repeated is not None:
        if args.config is not None:
            raise AfilError("--from brings a configuration of its own; leave --config away")
        record = read_record(args.repeated)
        known = [f"{folder}={weight}" for folder, weight in record.datasets.items()]
        args.dataset = args.dataset or known
        text, source = schema.to_yaml(record.config), str(args.repeated)
    elif args.config is not None:
        source = str(args.config)
        text = _read(args.config)
    args.dataset = _datasets(args.dataset or [str(_DATASET)])
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


def _default_method(datasets: dict[Path, float], config: TrainConfig) -> tuple[str, str]:
    episodes = [s.episode for s in select(datasets, config.data)[0]]
    without = [e.path for e in episodes if not e.sidecar.exists()]
    if not without:
        return "autofocus", f"all {len(episodes)} episodes have saliency maps"
    return "bc", (
        f"{len(without)} of {len(episodes)} episodes have no saliency maps (first: "
        f"{without[0].name}); for autofocus run `ros2 launch afil_perception "
        f"perceive.launch.py dataset:={without[0].parent}` before"
    )


def _summary(config: TrainConfig, cache: Cache) -> str:
    mapped = cache.saliency_cameras
    maps = "without saliency maps"
    if mapped:
        which = "" if mapped == cache.cameras else f" of {', '.join(mapped)}"
        maps = f"with saliency maps{which} ({config.data.saliency.name})"
    return (
        f"{config.method.name}: {len(cache.shards)} episodes, {len(cache.actions)} steps, "
        f"{', '.join(cache.cameras)} at {config.data.height}x{config.data.width}, {maps}"
    )


if __name__ == "__main__":
    sys.exit(main())
