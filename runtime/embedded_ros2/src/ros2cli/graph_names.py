"""Names of the graph as verbs list them: ``list``, ``find`` and ``nodes``."""

import argparse
from collections.abc import Iterable

from .direct_node import add_node_arguments, is_hidden


def add_show_types(parser: argparse.ArgumentParser, noun: str) -> None:
    """Add ``--show-types``."""
    parser.add_argument(
        "-t", "--show-types", action="store_true", help=f"Additionally show the {noun} type"
    )


def add_count(parser: argparse.ArgumentParser, nouns: str) -> None:
    """Add ``--count-...``."""
    parser.add_argument(
        "-c", f"--count-{nouns}", action="store_true", help=f"Only display the number of {nouns}"
    )


def add_include_hidden(parser: argparse.ArgumentParser, nouns: str) -> None:
    """Add ``--include-hidden-...``."""
    parser.add_argument(
        f"--include-hidden-{nouns}", action="store_true", help=f"Consider hidden {nouns} as well"
    )


def add_listing_arguments(parser: argparse.ArgumentParser, nouns: str) -> None:
    """Add the arguments of verbs that list what the graph has."""
    add_node_arguments(parser)
    add_count(parser, nouns)
    add_include_hidden(parser, nouns)


def visible(
    pairs: Iterable[tuple[str, list[str]]], include_hidden: bool
) -> list[tuple[str, list[str]]]:
    """Return (name, types) pairs by name, without the hidden ones unless they are wanted."""
    found = sorted((name, list(types)) for name, types in pairs)
    return [pair for pair in found if include_hidden or not is_hidden(pair[0])]


def print_names(names: list[str]) -> None:
    """Print names, one per line."""
    print("\n".join(names), end="\n" if names else "")


def print_names_or_count(names: list[str], count: bool) -> None:
    """Print names, or how many there are."""
    if count:
        print(len(names))
    else:
        print_names(names)


def print_pairs(pairs: Iterable[tuple[str, list[str]]], show_types: bool) -> None:
    """Print the names of (name, types) pairs, one per line, with their types if wanted."""
    for name, types in pairs:
        print(f"{name} [{', '.join(types)}]" if show_types else name)
