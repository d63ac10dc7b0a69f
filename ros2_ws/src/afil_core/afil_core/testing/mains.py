"""A program's ``main`` in the process of a test, which has imported already what it needs."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from afil_core.process.stop_signals import STOP_SIGNALS


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
    # A program that ends leaves signals ignored, and the next one's processes would inherit that.
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    with (
        patch.object(sys, "argv", [program, *words]),
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        try:
            code = main()
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return code, said.getvalue()
