"""What an environment's streams and its command are called."""

from __future__ import annotations

from typing import Final

# Name of the command, and its topic.
COMMAND: Final = "action"
# A camera's stream is called after it; the environment's own view has no name.
OWN_VIEW: Final = "image"
_SUFFIX: Final = "_image"


def stream_of(camera: str) -> str:
    """Name of the stream of a camera; empty for the environment's own view."""
    return f"{camera}{_SUFFIX}" if camera else OWN_VIEW


def camera_of(stream: str) -> str:
    """What :func:`stream_of` was given."""
    return "" if stream == OWN_VIEW else stream.removesuffix(_SUFFIX)
