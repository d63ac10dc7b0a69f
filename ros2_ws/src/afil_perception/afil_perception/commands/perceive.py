"""``ros2 run afil_perception perceive``: write the saliency sidecars of a dataset, without ROS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from afil_core.errors import run
from afil_core.process.arguments import renamed
from afil_core.process.stop_signals import StopSignals
from afil_core.schema import parse_overrides
from afil_perception.pipeline.config import load_config
from afil_perception.pipeline.dataset import perceive_dataset


def _command() -> None:
    parser = argparse.ArgumentParser(
        prog="perceive", description="Write the key objects and saliency maps of a dataset."
    )
    parser.add_argument(
        "--dataset", type=Path, default=Path("demos"), help="folder of the episodes (demos)"
    )
    renamed(parser, "--demos", "--dataset")
    parser.add_argument("--config", type=Path, default=None, help="YAML file")
    parser.add_argument(
        "overrides", nargs="*", metavar="key=value", help="e.g. detector.min_score=0.3"
    )
    arguments = parser.parse_args()
    with StopSignals() as signals:
        config = load_config(arguments.config, parse_overrides(arguments.overrides))
        report = perceive_dataset(
            arguments.dataset, config, lambda *_: signals.check(), print, _warn
        )
    print(report.summary)
    report.raise_failures()


def _warn(sentence: str) -> None:
    print(f"warning: {sentence}", file=sys.stderr, flush=True)


def main() -> int:
    """Entry point of ``ros2 run afil_perception perceive``."""
    return run(_command)


if __name__ == "__main__":
    sys.exit(main())
