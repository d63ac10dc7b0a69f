"""The one exception that users see, and the wrapper that turns it into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130


class AfilError(Exception):
    """A sentence for the user: what is wrong, where (file, key, topic) and what to do."""


def run(main: Callable[[], int | None]) -> int:
    """Run a command and turn its end into an exit code.

    Args:
        main: The command; its return value is the exit code (None means 0).

    Returns:
        The exit code: that of ``main``; 2 after an :class:`AfilError`, or when the system refuses
        a file, with a sentence on stderr and no traceback; 130 after Ctrl-C.
    """
    try:
        return main() or 0
    except AfilError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return EXIT_USER_ERROR
    except OSError as error:
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr, flush=True)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr, flush=True)
        return EXIT_INTERRUPTED
