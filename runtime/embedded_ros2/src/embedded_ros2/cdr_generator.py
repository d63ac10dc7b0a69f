"""What the generators of CDR readers and writers share: lines of code, and alignment.

Runs of fixed-size fields become one ``struct`` call as long as their alignment is known when the
code is generated.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from embedded_ros2.model import ARRAY_TYPECODE, PRIMITIVE_SIZE

STRUCT_CODE = {
    "bool": "?", "byte": "c", "char": "B", "int8": "b", "uint8": "B", "int16": "h",
    "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "uint64": "Q", "float32": "f",
    "float64": "d",
}  # fmt: skip
NUMPY_TYPE = {name: np.dtype(code) for name, code in ARRAY_TYPECODE.items()}


class Generator:
    """Collects the lines of one function, and what they may use in ``scope``.

    While it is generated, the position in the payload is known to be ``offset`` modulo
    ``modulus``; it begins at a multiple of eight.
    """

    def __init__(self, scope: dict[str, Any]) -> None:
        self.scope = scope
        self.lines: list[str] = []
        self.modulus, self.offset = 8, 0
        self._run: list[tuple[str, str]] = []  # (struct code, expression; empty for padding)
        self._count = 0

    def name(self, stem: str) -> str:
        """Return a name that is not in use yet."""
        self._count += 1
        return f"{stem}{self._count}"

    @contextlib.contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Indent the lines that are added inside below a header, as ``for ...:``."""
        outer, self.lines = self.lines, []
        yield
        self.lines = [*outer, header, *(f"    {line}" for line in self.lines)]

    def flush(self) -> None:
        """Turn the run of fixed-size fields into lines."""
        raise NotImplementedError

    def align_when_run(self, size: int) -> None:
        """Add the line that aligns a position of which too little is known."""
        raise NotImplementedError

    def align(self, size: int) -> None:
        """Bring the position to a multiple of a size."""
        if size > self.modulus:
            self.flush()
            self.align_when_run(size)
            self.modulus, self.offset = size, 0
        elif self.offset % size:
            padding = size - self.offset % size
            self._run.append((f"{padding}x", ""))
            self.advance(padding)

    def advance(self, size: int) -> None:
        """Follow a part whose size is known."""
        self.offset = (self.offset + size) % self.modulus

    def unknown(self) -> None:
        """Follow a part of variable length: nothing is known about the position."""
        self.modulus, self.offset = 1, 0

    def scalar(self, base: str, expression: str) -> None:
        """Add a fixed-size field to the run."""
        size = PRIMITIVE_SIZE[base]
        self.align(size)
        self._run.append((STRUCT_CODE[base], expression))
        self.advance(size)

    def placeholder(self) -> None:
        """Add the octet that stands for a structure without fields."""
        self._run.append(("x", ""))
        self.advance(1)
