"""``ros2 bag``: recordings."""

import argparse

from ..bag import info, play, record
from ..verbs import Verb, add_verbs, run_verb

VERBS = {
    "info": Verb("Print information about a bag to the screen", info.add_arguments, info.info),
    "play": Verb("Play back ROS data from a bag", play.add_arguments, play.play),
    "record": Verb("Record ROS data to a bag", record.add_arguments, record.record),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's verbs."""
    add_verbs(parser, VERBS, missing=("burst", "convert", "list", "reindex"))


def main(*, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Do the verb's work."""
    return run_verb(parser, args)
