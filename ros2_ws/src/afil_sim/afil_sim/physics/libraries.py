"""Which native libraries must be loaded before which."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
from pathlib import Path


def load_triton_first() -> None:
    """Load triton's library, where PyTorch brings it, before any OpenGL is.

    Both it and Mesa's software renderer hold an LLVM. PyTorch loads triton with the first
    optimizer; if Mesa's LLVM is in the process by then, that is a segmentation fault.
    """
    spec = importlib.util.find_spec("triton")
    if spec is not None and spec.origin is not None:
        with contextlib.suppress(OSError):
            ctypes.CDLL(str(Path(spec.origin).parent / "_C" / "libtriton.so"))
