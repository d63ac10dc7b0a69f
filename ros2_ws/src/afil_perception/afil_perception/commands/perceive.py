"""``ros2 run afil_perception perceive``: write the saliency sidecars of a dataset, without ROS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from afil_core import schema
from afil_core.errors import run
from afil_core.process.arguments import renamed
from afil_core.process.stop_signals import StopSignals
from afil_core.schema import parse_overrides
from afil_perception.pipeline.cache import CACHE_FOLDER, StageCache
from afil_perception.pipeline.config import load_config
from afil_perception.pipeline.dataset import dataset_of, perceive_dataset, survey
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.run_config import RunConfig
from afil_perception.vlm.prompt import shipped_prompt, shipped_prompts


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="perceive", description="Write the key objects and saliency maps of a dataset."
    )
    parser.add_argument(
        "--dataset", type=Path, default=Path("demos"), help="folder of the episodes (demos)"
    )
    renamed(parser, "--demos", "--dataset")
    parser.add_argument("--config", type=Path, default=None, help="YAML file")
    parser.add_argument("--jobs", type=int, default=1, help="episodes at once (1)")
    parser.add_argument(
        "--engine",
        default="threads",
        help="threads (this process), ray, or {name: ray, address: ..., gpus_per_job: 1}",
    )
    parser.add_argument(
        "--why", action="store_true", help="say which episodes would be perceived, and why"
    )
    parser.add_argument(
        "--prompt",
        metavar="NAME",
        default="",
        help=f"print a shipped prompt, to begin one of your own: {', '.join(shipped_prompts())}",
    )
    parser.add_argument(
        "overrides", nargs="*", metavar="key=value", help="e.g. detector.min_score=0.3"
    )
    return parser.parse_args()


def _command() -> None:
    arguments = _arguments()
    if arguments.prompt:
        print(shipped_prompt(arguments.prompt), end="")
        return
    with StopSignals() as signals:
        config = load_config(arguments.config, parse_overrides(arguments.overrides))
        engine = schema.parse_yaml(arguments.engine, "--engine")
        given = {"engine": engine, "jobs": arguments.jobs}
        how = schema.read(RunConfig, given, "the command line")
        if arguments.why:
            cache = StageCache(dataset_of(arguments.dataset) / CACHE_FOLDER)
            print("\n".join(survey(arguments.dataset, Pipeline(config, cache)).lines()))
            return
        # Between two frames, in this process; other engines are told when they are closed.
        is_here = how.engine.kind.calls_back
        report = perceive_dataset(
            arguments.dataset,
            config,
            (lambda *_: signals.check()) if is_here else None,
            _say,
            _warn,
            how,
            _Bar if sys.stderr.isatty() else None,
        )
    print(report.summary)
    report.raise_failures()


class _Bar:
    """A progress bar, where somebody looks at it."""

    def __init__(self, total: int) -> None:
        self._bar = tqdm(total=total, desc="perceived", unit="episode", dynamic_ncols=True)

    def advance(self, units: int = 1, detail: str = "") -> None:
        self._bar.set_postfix_str(detail, refresh=False)
        self._bar.update(units)
        if self._bar.n >= (self._bar.total or 0):
            self._bar.close()


def _say(line: str) -> None:
    tqdm.write(line, file=sys.stdout)
    sys.stdout.flush()


def _warn(sentence: str) -> None:
    tqdm.write(f"warning: {sentence}", file=sys.stderr)
    sys.stderr.flush()


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
