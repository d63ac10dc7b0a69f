"""``ros2 run afil_core recover_bag``: save what can be read of a damaged episode."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from afil_core.episodes.recover import recover_episode
from afil_core.errors import run


def _recover() -> None:
    parser = argparse.ArgumentParser(
        prog="recover_bag",
        description="Save what can be read of an episode that was cut off or damaged as a new "
        "one; the damaged one stays where it is.",
    )
    parser.add_argument("bag", type=Path, help="folder of the episode (see DATASET/.partial)")
    parser.add_argument(
        "--dataset", type=Path, default=None, help="where the new one goes; by default beside it"
    )
    arguments = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    episode, count = recover_episode(arguments.bag, arguments.dataset)
    print(f"saved {episode} with {count} messages; nobody said whether it is a success")


def main() -> int:
    """Entry point."""
    return run(_recover)
