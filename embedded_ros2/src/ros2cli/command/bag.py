"""``ros2 bag``: recordings."""

import argparse

from ..bag import info
from ..verbs import Verb, add_verbs, run_verb

VERBS = {
    "info": Verb("Print information about a bag to the screen", info.add_arguments, info.info),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's verbs."""
    add_verbs(parser, VERBS)


def main(*, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Do the verb's work."""
    return run_verb(parser, args)
