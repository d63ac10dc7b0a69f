"""Launch arguments on the command line: parsing, checking, listing."""

import difflib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import CommandError

if TYPE_CHECKING:
    from launch import LaunchDescription

# Arguments that launch itself reads; no launch file declares them.
KNOWN_TO_LAUNCH = {
    "emulate_tty",
    "launch-prefix",
    "launch-prefix-filter",
    "ros_namespace",
    "sigkill_timeout",
    "sigterm_timeout",
}


def parse_arguments(words: list[str]) -> dict[str, str]:
    """Return {name: value} of ``<name>:=<value>`` words; the last one of a name wins.

    Raises:
        CommandError: a word is not of that form.
    """
    parsed: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition(":=")
        if not separator or not name or not value:
            raise CommandError(
                f"malformed launch argument '{word}', expected format '<name>:=<value>'"
            )
        parsed[name] = value
    return parsed


def show_arguments(description: "LaunchDescription") -> None:
    """Print the declared arguments, as ``--show-args`` does."""
    print("Arguments (pass arguments as '<name>:=<value>'):")
    arguments = description.get_launch_arguments()
    conditional = False
    for argument in arguments:
        conditional = conditional or argument._conditionally_included
        star = "*" if argument._conditionally_included else ""
        print(f"\n    '{argument.name}':{star}\n        {argument.description}")
        if argument.default_value is not None:
            default = " + ".join(part.describe() for part in argument.default_value)
            print(f"        (default: {default})")
    if not arguments:
        print("\n  No arguments.")
    elif conditional:
        print("\n* argument(s) which are only used if specific conditions occur")


def _included_files(entities: list[Any]) -> Iterator[str | None]:
    """Give the paths of the launch files included; None for one that is not known yet."""
    from launch.actions import IncludeLaunchDescription

    for entity in entities:
        inside = list(entity.describe_sub_entities())
        for _, conditional in entity.describe_conditional_sub_entities():
            inside += conditional
        if isinstance(entity, IncludeLaunchDescription):
            known = entity.launch_description_source.try_get_launch_description_without_context()
            yield None if known is None else entity.launch_description_source.location
        yield from _included_files(inside)


def _mentions(path: str, name: str) -> bool:
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError):
        return True
    return f"'{name}'" in text or f'"{name}"' in text


def check_arguments(description: "LaunchDescription", given: dict[str, str], path: str) -> None:
    """Refuse arguments that the launch file, with those it includes, has no use for.

    An argument has a use if it is declared, or if its name stands in a file, as where
    ``LaunchConfiguration`` reads it without a declaration.

    Raises:
        CommandError: an argument has no use.
    """
    declared = [argument.name for argument in description.get_launch_arguments()]
    unknown = [name for name in given if name not in declared and name not in KNOWN_TO_LAUNCH]
    if not unknown:
        return
    files = [path, *_included_files(description.entities)]
    for name in unknown:
        if any(file is None or _mentions(file, name) for file in files):
            continue
        close = difflib.get_close_matches(name, declared, n=1)
        hint = (
            f"did you mean '{close[0]}'?" if close else f"it has {', '.join(declared) or 'none'}"
        )
        raise CommandError(
            f"launch file '{os.path.basename(path)}' declares no argument '{name}': {hint} "
            "(--show-args lists them)"
        )
