"""Command ``train``: fit a policy to a dataset of episodes."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from afil_core import schema
from afil_core.episodes import list_episodes
from afil_core.errors import AfilError, run
from afil_core.registry import Selection
from afil_core.saliency.sidecar import Sidecar
from afil_core.saliency.topics import SALIENCY_FOLDER
from afil_core.schema import Schema
from afil_policy.data.selection import select
from afil_policy.methods import METHODS
from afil_policy.training.config import TrainConfig
from afil_policy.training.layout import RUNS
from afil_policy.training.loggers import DEFAULT, LOGGERS, Logger
from afil_policy.training.runs import RunRecord, read_record

_DATASET = Path("demos")
_NO_LOGGER = "none"


class _Named(Schema):
    """What a configuration says of its method.

    Attributes:
        method: The method.
    """

    method: Annotated[Selection[Any], METHODS]


def main() -> int:
    """Entry point."""
    return run(_main)


def _main() -> int:
    args = _parser().parse_args()
    for name, value, least in (("threads", args.threads, 1), ("workers", args.workers, 0)):
        if value is not None and value < least:
            raise AfilError(f"--{name} must be at least {least}, not {value}")
    repeated = None if args.repeated is None else read_record(args.repeated)
    same_episodes = repeated is not None and args.dataset is None
    config = _config(args, repeated)
    loggers = _loggers(args.log)
    # PyTorch takes seconds to load: what can be refused is refused before that.
    from afil_policy.training.session import Session

    session = Session(
        config=config,
        datasets=args.dataset,
        loggers=loggers,
        output=args.output,
        cache=args.cache,
        workers=args.workers,
        repeated=repeated,
        same_episodes=same_episodes,
    )
    with _logged_to_stdout():
        session.run(args.device, args.threads)
    return 0


@contextmanager
def _logged_to_stdout() -> Iterator[None]:
    """What this package logs in here are lines for who typed the command."""
    log, handler = logging.getLogger("afil_policy"), logging.StreamHandler(sys.stdout)
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


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
        "--from",
        dest="repeated",
        type=Path,
        metavar="RUN",
        help="repeat a run on the episodes that it had, or vary it; the folder is a new one",
    )
    parser.add_argument("--seed", type=int, help="seed of weights, order and episode split")
    parser.add_argument("--cache", type=Path, help="folder of the training cache")
    parser.add_argument("--device", help="torch device, e.g. cpu or cuda; default: a GPU if any")
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
    found: dict[Path, float] = {}
    for word in words:
        folder, sign, weight = word.rpartition("=")
        try:
            place, value = (Path(folder), float(weight)) if sign else (Path(word), 1.0)
        except ValueError:
            place, value = Path(word), 1.0
        if not 0 < value < 1e6:
            raise AfilError(f"--dataset {word} has the weight {value:g}; give one above 0")
        if any(place.resolve() == other.resolve() for other in found):
            raise AfilError(
                f"--dataset names {place} twice; name it once, with a weight: {place}=2"
            )
        found[place] = value
    return found


def _renamed(value: str) -> None:
    raise AfilError(f"--data is called --dataset now; write --dataset {value}")


def _config(args: argparse.Namespace, repeated: RunRecord | None) -> TrainConfig:
    """The configuration that the arguments ask for; ``args.dataset`` is set where it was not."""
    text, source = "", "the command line"
    if repeated is not None:
        if args.config is not None:
            raise AfilError("--from brings a configuration of its own; leave --config away")
        known = [f"{folder}={weight}" for folder, weight in repeated.datasets.items()]
        args.dataset = args.dataset or known
        text, source = schema.to_yaml(repeated.config), str(args.repeated)
    elif args.config is not None:
        source = str(args.config)
        text = _read(args.config)
    args.dataset = _datasets(args.dataset or [str(_DATASET)])
    named = args.method or _method_of(text, source)
    if named is not None and named not in METHODS.names():
        schema.parse(_Named, "", source, {"method": named})
    for folder in args.dataset:
        list_episodes(folder)
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
    folder = config.data.saliency.build().folder
    if folder is None:
        return "bc", f"data.saliency {config.data.saliency.name} uses no saliency maps"
    episodes = [s.episode for s in select(datasets, config.data)[0]]
    without = [e.path for e in episodes if not Sidecar(e.path, folder).exists()]
    where = "" if folder == SALIENCY_FOLDER else f" in their folder {folder}"
    if not without:
        return "autofocus", f"all {len(episodes)} episodes have saliency maps{where}"
    said = (
        f"{len(without)} of {len(episodes)} episodes have no saliency maps{where} (first: "
        f"{without[0].name})"
    )
    if folder == SALIENCY_FOLDER:
        said += (
            "; for autofocus run `ros2 launch afil_perception perceive.launch.py "
            f"dataset:={without[0].parent}` before"
        )
    return "bc", said


if __name__ == "__main__":
    sys.exit(main())
