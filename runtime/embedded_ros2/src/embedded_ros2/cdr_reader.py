"""Generates the function that reads CDR into a message class.

Positions count from the start of the payload, whose header has four bytes: offset 0 of the CDR
alignment is at position 4.

Every length that comes from the wire is checked against what is left before anything is
allocated, so a hostile payload costs a :class:`MalformedCdrError` and nothing else.
"""

from __future__ import annotations

import array
import struct
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from embedded_ros2.cdr_generator import NUMPY_TYPE, Generator
from embedded_ros2.definitions import message_definition
from embedded_ros2.model import ARRAY_TYPECODE, PRIMITIVE_SIZE, Definition, FieldType

_START = 4
Order = Literal["<", ">"]


class MalformedCdrError(ValueError):
    """The bytes are no CDR of the expected type."""


def _text(data: bytes, position: int, length: int, bound: int) -> str:
    """Read a string that is not the ordinary, well-formed one."""
    if length == 0:
        return ""
    end = position + length
    if end > len(data) or data[end - 1] != 0 or (bound and length > bound + 1):
        raise MalformedCdrError(f"a string of {length} bytes does not fit")
    return data[position : end - 1].decode("utf-8", "replace")


def _wide_text(data: bytes, position: int, count: int) -> str:
    if position + 2 * count > len(data):
        raise MalformedCdrError(f"a wide string of {count} characters does not fit")
    return data[position : position + 2 * count].decode("utf-16-le", "replace")


def _room(data: bytes, position: int, count: int, size: int, bound: int) -> None:
    if position + count * size > len(data) or (bound and count > bound):
        raise MalformedCdrError(f"a sequence of {count} elements does not fit")


def _minimum_size(definition: Definition) -> int:
    """Fewest bytes a structure can take, without padding; at least one."""
    total = 0
    for field in definition.fields:
        kind = field.type
        if kind.container == "sequence" or kind.is_string:
            one = 4
        elif kind.is_message:
            one = _minimum_size(message_definition(kind.base))
        else:
            one = PRIMITIVE_SIZE[kind.base]
        total += one * kind.size if kind.container == "array" else one
    return max(total, 1)


class _Generator(Generator):
    def __init__(self, order: Order) -> None:
        super().__init__({
            "text": _text, "wide_text": _wide_text, "room": _room, "array": array.array,
            "np": np, "U32": struct.Struct(order + "I").unpack_from,
        })  # fmt: skip
        self.order = order

    def flush(self) -> None:
        if not self._run:
            return
        layout = struct.Struct(self.order + "".join(code for code, _ in self._run))
        targets = [target for _, target in self._run if target]
        if targets:
            unpacker = self.name("P")
            self.scope[unpacker] = layout.unpack_from
            self.lines.append(f"{', '.join(targets)}, = {unpacker}(d, p)")
        self.lines.append(f"p += {layout.size}")
        self._run = []

    def align_when_run(self, size: int) -> None:
        self.lines.append(f"p += {_START} - p & {size - 1}")

    def length(self) -> str:
        """Read a uint32 into a fresh local."""
        local = self.name("n")
        self.scalar("uint32", local)
        self.flush()
        return local

    def message(self, definition: Definition, target: str) -> None:
        make = self.name("C")
        self.scope[make] = _class_of(definition.name)
        self.flush()
        self.lines.append(f"{target} = {make}.__new__({make})")
        self.lines.append(f"{target}._check_fields = {make}._CHECK_FIELDS")
        if not definition.fields:
            self.placeholder()
        for field in definition.fields:
            kind = field.type
            into = f"{target}._{field.name}"
            if kind.container is not None:
                self.collection(kind, into)
            elif kind.is_primitive:
                self.scalar(kind.base, into)
            else:
                self.variable(kind, into)

    def variable(self, kind: FieldType, into: str) -> None:
        """A string or a nested message."""
        if kind.is_message:
            local = self.name("m")
            self.message(message_definition(kind.base), local)
            self.lines.append(f"{into} = {local}")
            return
        count = self.length()
        if kind.base == "string":
            end = self.name("e")
            self.lines.append(f"{end} = p + {count}")
            fits = f"0 < {count} and {end} <= len(d) and not d[{end} - 1]"
            if kind.string_bound:
                fits += f" and {count} <= {kind.string_bound + 1}"
            self.lines.append(f"if {fits}: {into} = d[p:{end} - 1].decode('utf-8', 'replace')")
            self.lines.append(f"else: {into} = text(d, p, {count}, {kind.string_bound})")
            self.lines.append(f"p = {end}")
        else:
            self.lines.append(f"{into} = wide_text(d, p, {count})")
            self.lines.append(f"p += 2 * {count}")
        self.unknown()

    def collection(self, kind: FieldType, into: str) -> None:
        if kind.base == "string" and kind.container == "sequence":
            self._remembered(kind, into)
            return
        if kind.container == "sequence":
            count = self.length()
        else:
            self.flush()
            count = str(kind.size)
        if kind.is_primitive:
            self._primitives(kind, into, count, kind.size)
        else:
            self._elements(kind, into, count)

    def _remembered(self, kind: FieldType, into: str) -> None:
        """A sequence of strings; joint names and the like are the same in every message."""
        self.align(4)
        self.flush()
        last = self.name("M")
        self.scope[last] = [(b"", [])]
        self.lines += [f"r, l = {last}[0]", "if r and d.startswith(r, p):",
                       f"    {into} = l[:]", "    p += len(r)"]  # fmt: skip
        with self.block("else:"):
            self.lines.append("q = p")
            self._elements(kind, into, self.length())
            self.lines.append(f"if p - q < 4096: {last}[0] = (d[q:p], {into}[:])")
        self.unknown()

    def _elements(self, kind: FieldType, into: str, count: str) -> None:
        smallest = 4 if kind.is_string else _minimum_size(message_definition(kind.base))
        self.lines.append(f"room(d, p, {count}, {smallest}, {kind.size})")
        sequence, index = self.name("l"), self.name("i")
        self.lines.append(f"{sequence} = []")
        self.unknown()
        with self.block(f"for {index} in range({count}):"):
            if kind.is_string:
                self.variable(FieldType(kind.base, string_bound=kind.string_bound), "s")
                self.flush()
                self.lines.append(f"{sequence}.append(s)")
            else:
                read = self.name("R")
                self.scope[read] = reader_of(kind.base, self.order)
                self.lines.append(f"item, p = {read}(d, p)")
                self.lines.append(f"{sequence}.append(item)")
        self.lines.append(f"{into} = {sequence}")
        self.unknown()

    def _primitives(self, kind: FieldType, into: str, count: str, bound: int) -> None:
        size = PRIMITIVE_SIZE[kind.base]
        if size > 1:
            self.lines.append(f"if {count}: p += {_START} - p & {size - 1}")
        self.lines.append(f"room(d, p, {count}, {size}, {bound})")
        end = self.name("e")
        self.lines.append(f"{end} = p + {count} * {size}")
        if kind.base == "bool":
            self.lines.append(f"{into} = [x != 0 for x in d[p:{end}]]")
        elif kind.base == "byte":
            self.lines.append(f"{into} = [bytes((x,)) for x in d[p:{end}]]")
        elif kind.container == "sequence":
            local = self.name("a")
            self.lines.append(f"{local} = array('{ARRAY_TYPECODE[kind.base]}')")
            self.lines.append(f"{local}.frombytes(memoryview(d)[p:{end}])")
            if self.order == ">" and size > 1:
                self.lines.append(f"{local}.byteswap()")
            self.lines.append(f"{into} = {local}")
        else:
            dtype, wire = self.name("D"), self.name("D")
            self.scope[dtype] = NUMPY_TYPE[kind.base]
            self.scope[wire] = NUMPY_TYPE[kind.base].newbyteorder(self.order)
            self.lines.append(f"{into} = np.frombuffer(d[p:{end}], {wire}).astype({dtype})")
        self.lines.append(f"p = {end}")
        self.unknown()


def _class_of(name: str) -> type:
    from embedded_ros2.message_classes import structure_class

    return structure_class(name)


_readers: dict[tuple[str, str, bool], Callable[[bytes, int], tuple[Any, int]]] = {}


def reader_of(
    name: str, order: Order = "<", aligned: bool = False
) -> Callable[[bytes, int], tuple[Any, int]]:
    """Function ``read(data, position) -> (message, position)``.

    Args:
        name: Structure, e.g. ``std_msgs/msg/String``.
        order: ``<`` little endian, ``>`` big endian.
        aligned: Whether it is called with a position of alignment offset 0.
    """
    key = (name, order, aligned)
    if key not in _readers:
        generator = _Generator(order)
        if not aligned:
            generator.unknown()
        generator.message(message_definition(name), "m")
        generator.flush()
        source = "\n    ".join(["def read(d, p):", *generator.lines, "return m, p"])
        exec(compile(source, f"<cdr reader of {name}>", "exec"), generator.scope)  # noqa: S102
        _readers[key] = generator.scope["read"]
    return _readers[key]
