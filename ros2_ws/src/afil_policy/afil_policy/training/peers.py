"""When another process of the same training is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from accelerate import Accelerator

from afil_core.errors import AfilError

# What gloo, NCCL and torch's store say when the other end is gone; they have no class for it.
_GONE = re.compile(
    r"connection (was )?(closed|reset|refused)|broken pipe|timed out|timeout|"
    r"failed to (recv|send)|remote process exited|no such process|socket",
    re.IGNORECASE,
)


@contextmanager
def told_when_another_is_lost(accelerator: Accelerator) -> Iterator[None]:
    """What happens in here needs all processes; that one is gone becomes a sentence.

    Args:
        accelerator: What knows the others.

    Raises:
        AfilError: When the connection to another process broke.
    """
    try:
        yield
    except RuntimeError as error:
        if accelerator.num_processes == 1 or not _GONE.search(str(error)):
            raise
        raise AfilError(
            f"another of the {accelerator.num_processes} processes that train together was lost "
            f"(seen by number {accelerator.process_index}: {_first_line(error)}); look for its "
            "last words, and start all of them again with the same command: the run goes on from "
            "what it saved last"
        ) from error


def _first_line(error: RuntimeError) -> str:
    line = str(error).strip().splitlines()[0]
    # Where in the library's source it happened is no help.
    line = re.sub(r"^\[[^]]*\] *", "", line).split(". ")[0]
    return line if len(line) < 120 else f"{line[:117]}..."
