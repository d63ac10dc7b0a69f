"""Generates the function that writes a message class as CDR (XCDR1, as every rmw does).

The generated code appends to one ``bytearray`` whose first four bytes are the encapsulation
header, so positions count from there: byte 4 has alignment offset 0.
"""

from __future__ import annotations

import array
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from embedded_ros2.cdr_generator import NUMPY_TYPE, Generator
from embedded_ros2.definitions import message_definition
from embedded_ros2.model import ARRAY_TYPECODE, PRIMITIVE_SIZE, Definition, FieldType

_ZEROS = tuple(bytes(n) for n in range(8))
_U32 = struct.Struct("<I")


_LONGEST_KNOWN, _MOST_KNOWN = 64, 4096


class _Texts(dict[str, bytes]):
    """Strings as CDR. Short ones (names and frames, over and over again) are remembered."""

    def __init__(self, padded: bool) -> None:
        self._padded = padded

    def __missing__(self, text: str) -> bytes:
        raw = text.encode()
        encoded = _U32.pack(len(raw) + 1) + raw + b"\0"
        if self._padded:
            encoded += _ZEROS[-len(encoded) & 3]
        if len(raw) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[text] = encoded
        return encoded


_texts, _padded_texts = _Texts(padded=False), _Texts(padded=True)


def _text_sequence(texts: list[str]) -> bytes:
    """Elements of a sequence of strings that starts at a multiple of four."""
    if not texts:
        return b""
    return b"".join(map(_padded_texts.__getitem__, texts[:-1])) + _texts[texts[-1]]


class _Generator(Generator):
    """Emits the body for one definition; nested single messages are written inline."""

    def __init__(self) -> None:
        super().__init__({
            "Z": _ZEROS, "U32": _U32.pack, "array": array.array, "np": np,
            "texts": _texts, "text_sequence": _text_sequence,
        })  # fmt: skip

    def flush(self) -> None:
        if not self._run:
            return
        packer = self.name("P")
        self.scope[packer] = struct.Struct("<" + "".join(c for c, _ in self._run)).pack
        values = ", ".join(e for _, e in self._run if e)
        self.lines.append(f"b += {packer}({values})")
        self._run = []

    def align_when_run(self, size: int) -> None:
        self.lines.append(f"b += Z[(4 - len(b)) & {size - 1}]")

    def text(self, expression: str) -> None:
        self.align(4)
        self.flush()
        self.lines.append(f"b += texts[{expression}]")
        self.unknown()

    def wide_text(self, expression: str) -> None:
        self.align(4)
        self.flush()
        s = self.name("s")
        self.lines += [f"{s} = {expression}.encode('utf-16-le')", f"b += U32(len({s}) // 2)",
                       f"b += {s}"]  # fmt: skip
        self.unknown()

    def message(self, definition: Definition, expression: str) -> None:
        if not definition.fields:
            self.placeholder()
        for field in definition.fields:
            kind = field.type
            value = f"{expression}._{field.name}"
            if kind.container is None:
                self.single(kind, value)
            else:
                self.collection(kind, value)

    def single(self, kind: FieldType, expression: str) -> None:
        if kind.is_primitive:
            self.scalar(kind.base, expression)
        elif kind.base == "string":
            self.text(expression)
        elif kind.base == "wstring":
            self.wide_text(expression)
        else:
            local = self.name("m")
            self.lines.append(f"{local} = {expression}")
            self.message(message_definition(kind.base), local)

    def collection(self, kind: FieldType, expression: str) -> None:
        value = self.name("v")
        if kind.container == "sequence":
            self.align(4)
        self.flush()
        self.lines.append(f"{value} = {expression}")
        if kind.container == "sequence":
            if kind.size:
                self.lines.append(f"if len({value}) > {kind.size}: raise ValueError("
                                  f"'{expression}: more than {kind.size} elements')")  # fmt: skip
            self.lines.append(f"b += U32(len({value}))")
        else:
            self.lines.append(f"if len({value}) != {kind.size}: raise ValueError("
                              f"'{expression}: not {kind.size} elements')")  # fmt: skip
        if kind.base in ARRAY_TYPECODE:
            self._numbers(kind, value)
        else:
            self._elements(kind, value)

    def _numbers(self, kind: FieldType, value: str) -> None:
        size = PRIMITIVE_SIZE[kind.base]
        known = self.modulus >= size and kind.container == "array" and not self.offset % size
        if size > 1 and not known and not (kind.container == "sequence" and size <= 4):
            # An empty sequence has no element that could need alignment.
            self.lines.append(f"if len({value}): b += Z[(4 - len(b)) & {size - 1}]")
        if kind.container == "sequence":
            code = ARRAY_TYPECODE[kind.base]
            self.lines.append(f"b += {value} if type({value}) is array and {value}.typecode == "
                              f"'{code}' else array('{code}', {value})")  # fmt: skip
            self.modulus, self.offset = min(size, 4), 0
        else:
            dtype = self.name("D")
            self.scope[dtype] = NUMPY_TYPE[kind.base]
            self.lines.append(f"b += np.ascontiguousarray({value}, {dtype}).tobytes()")
            if known:
                self.advance(size * kind.size)
            else:
                self.modulus, self.offset = size, 0

    def _elements(self, kind: FieldType, value: str) -> None:
        self.unknown()
        if kind.base == "bool":
            self.lines.append(f"b += bytes(map(bool, {value}))")
        elif kind.base == "byte":
            self.lines.append(f"b += b''.join({value})")
        elif kind.base == "string" and kind.container == "sequence":
            self.lines.append(f"b += text_sequence({value})")
        elif kind.is_string:
            item = self.name("i")
            with self.block(f"for {item} in {value}:"):
                self.single(FieldType(kind.base), item)
            self.unknown()
        else:
            write = self.name("W")
            self.scope[write] = writer_of(kind.base)
            self.lines.append(f"for item in {value}: {write}(item, b)")


_writers: dict[str, Callable[[Any, bytearray], None]] = {}


def writer_of(name: str) -> Callable[[Any, bytearray], None]:
    """Function ``write(message, buffer)`` that appends one structure at any alignment."""
    return _make(name, aligned=False)


def body_writer(name: str) -> Callable[[Any, bytearray], None]:
    """As :func:`writer_of`, for a buffer whose position is a multiple of eight."""
    return _make(name, aligned=True)


def _make(name: str, aligned: bool) -> Callable[[Any, bytearray], None]:
    key = f"{name}:{aligned}"
    if key not in _writers:
        generator = _Generator()
        if not aligned:
            generator.unknown()
        generator.message(message_definition(name), "m")
        generator.flush()
        source = "def write(m, b):\n    " + "\n    ".join(generator.lines)
        exec(compile(source, f"<cdr writer of {name}>", "exec"), generator.scope)  # noqa: S102
        _writers[key] = generator.scope["write"]
    return _writers[key]
