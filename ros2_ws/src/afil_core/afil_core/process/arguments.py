"""Arguments of console commands that have another name now."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from afil_core.errors import AfilError


def renamed(parser: argparse.ArgumentParser, former: str, present: str) -> None:
    """Let a former option answer with its present name; it is not listed in the help.

    Args:
        parser: The command's parser.
        former: Former option, e.g. ``--data``.
        present: Its present name, e.g. ``--dataset``.
    """
    parser.add_argument(
        former, action=_Renamed, nargs="?", help=argparse.SUPPRESS, metavar=present,
        default=argparse.SUPPRESS,
    )  # fmt: skip


class _Renamed(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        del parser, namespace, values
        raise AfilError(f"{option_string} is called {self.metavar} now; rename it")
