"""Commands that are made of verbs, as in ``ros2 topic list``."""

import argparse
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Verb(NamedTuple):
    """A verb: its help text, what adds its arguments, and what does its work."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    main: Callable[[argparse.Namespace], int | None]


def add_verbs(parser: argparse.ArgumentParser, verbs: Mapping[str, Verb]) -> None:
    """Give a command's parser a sub-parser for each verb."""
    parser.set_defaults(_verb=None)
    sub_parsers = parser.add_subparsers(
        title="Commands", metavar=f"Call `{parser.prog} <command> -h` for more detailed usage."
    )
    for name, verb in verbs.items():
        sub_parser = sub_parsers.add_parser(name, help=verb.help, description=verb.help)
        verb.add_arguments(sub_parser)
        sub_parser.set_defaults(_verb=verb.main)


def run_verb(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Do the work of the verb that was given; print the help if none was."""
    if args._verb is None:
        parser.print_help()
        return 0
    return int(args._verb(args) or 0)
