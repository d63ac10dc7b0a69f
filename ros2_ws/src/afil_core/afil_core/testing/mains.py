"""A program's ``main`` in the process of a test, which has imported already what it needs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch


def said_by(main: Callable[[], int], *words: str) -> tuple[int, str]:
    """Run a command or a node here, as a process would be.

    Args:
        main: Its ``main``.
        words: What stands behind the program's name.

    Returns:
        The exit code, and what it printed, stdout and stderr together.
    """
    said = io.StringIO()
    program = main.__module__.rpartition(".")[2]
    with (
        patch.object(sys, "argv", [program, *words]),
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        code = main()
    return code, said.getvalue()
