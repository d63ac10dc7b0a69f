"""``ros2 run afil_core recover_bag``: save what can be read of a damaged bag or episode."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from afil_core.contract import load_contract
from afil_core.episodes.draft import DRAFT_FILE, Draft
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.episodes.recover import Recovered, recover_bag, recover_episode
from afil_core.errors import AfilError, run


def _recover() -> None:
    parser = argparse.ArgumentParser(
        prog="recover_bag",
        description="Save what can be read of an episode that was cut off, or of any damaged bag "
        "(.mcap, .db3), as a new one; the damaged one stays where it is.",
    )
    parser.add_argument("bag", type=Path, help="folder of the episode or bag, or one of its files")
    parser.add_argument(
        "--dataset", type=Path, default=None, help="where an episode goes; by default beside it"
    )
    parser.add_argument(
        "--robot", default="", help="contract of a bag that others recorded, to make it an episode"
    )
    parser.add_argument("--instruction", default="", help="its task in words")
    given = parser.parse_args()
    logging.basicConfig(format="%(message)s")
    foreign = not any((given.bag / name).is_file() for name in (DRAFT_FILE, EPISODE_FILE))
    if given.robot and not given.instruction:
        raise AfilError('--robot needs the task in words: --instruction "..."')
    if foreign and not given.robot:
        found = recover_bag(given.bag)
        print(f"saved {found.path} with {found.messages} messages; it is a bag and no episode:")
        print("add --robot and --instruction to make it one")
        return
    draft = None
    if given.robot:
        text = load_contract(given.robot).to_yaml()
        draft = Draft(contract=text, instruction=given.instruction, operator="unknown")
    episode: Recovered = recover_episode(given.bag, given.dataset, draft)
    print(
        f"saved {episode.path} with {episode.messages} messages; nobody said whether it is a "
        f"success"
    )


def main() -> int:
    """Entry point."""
    return run(_recover)
