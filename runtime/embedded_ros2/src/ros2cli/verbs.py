"""Commands that are made of verbs, as in ``ros2 topic list``."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple


class Verb(NamedTuple):
    """A verb: its help text, what adds its arguments, and what does its work."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    main: Callable[[argparse.Namespace], int | None]


class MissingOption(argparse.Action):
    """An option that the real tool has and this one has not; it says so when it is given."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: Any) -> None:
        kwargs["help"] = argparse.SUPPRESS
        super().__init__(option_strings, dest, nargs="?", **kwargs)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Refuse."""
        raise NotImplementedError(
            f"embedded_ros2 has no '{parser.prog} {option_string}'; use a ROS 2 installation"
        )


def add_missing_options(parser: argparse.ArgumentParser, *options: str) -> None:
    """Add options that are refused by name."""
    for option in options:
        parser.add_argument(option, action=MissingOption)


def _refuse(args: argparse.Namespace) -> int:
    raise NotImplementedError(f"embedded_ros2 has no '{args._missing}'; use a ROS 2 installation")


def add_verbs(
    parser: argparse.ArgumentParser, verbs: Mapping[str, Verb], missing: Sequence[str] = ()
) -> None:
    """Give a command's parser a sub-parser for each verb; ``missing`` ones are refused."""
    parser.set_defaults(_verb=None)
    sub_parsers = parser.add_subparsers(
        title="Commands", metavar=f"Call `{parser.prog} <command> -h` for more detailed usage."
    )
    for name, verb in verbs.items():
        sub_parser = sub_parsers.add_parser(name, help=verb.help, description=verb.help)
        verb.add_arguments(sub_parser)
        sub_parser.set_defaults(_verb=verb.main)
    for name in missing:
        sub_parser = sub_parsers.add_parser(name, add_help=False)
        sub_parser.add_argument("rest", nargs=argparse.REMAINDER)
        sub_parser.set_defaults(_verb=_refuse, _missing=f"{parser.prog} {name}")


def run_verb(parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Do the work of the verb that was given; print the help if none was."""
    if args._verb is None:
        parser.print_help()
        return 0
    return int(args._verb(args) or 0)
