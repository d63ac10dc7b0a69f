"""ROS messages without ROS: the rosbags type store, grown by the ament prefixes on demand.

CDR bytes are what nodes receive and publish and what bags hold, so live and offline code
decode and encode through the functions here.
"""

from __future__ import annotations

import os
import re
import struct
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from afil_core.errors import AfilError

_NANOSECONDS = 1_000_000_000
_STAMP_END = 12
_STAMP_LITTLE, _STAMP_BIG = struct.Struct("<iI"), struct.Struct(">iI")
_FIELD_TYPE = re.compile(r"^\s*([a-z][a-z0-9_]*)/(?:msg/)?([A-Z]\w*)(?:\[[^\]]*\])?\s+\w+", re.M)
# A node's threads meet here at its first messages: one store, and one of them adds to it.
_ADDING = threading.RLock()


def typestore() -> Typestore:
    """The type store that all of AFIL shares (ROS 2 Jazzy's common messages)."""
    with _ADDING:
        return _store()


@cache
def _store() -> Typestore:
    return get_typestore(Stores.ROS2_JAZZY)


def require_type(msgtype: str) -> None:
    """Make sure that a message type is known, looking it up in the ament prefixes.

    Args:
        msgtype: Type name, ``package/msg/Name``.

    Raises:
        AfilError: When no installed package defines the type.
    """
    if msgtype in typestore().types:
        return
    package, _, name = msgtype.split("/")
    for prefix in _prefixes():
        path = prefix / "share" / package / "msg" / f"{name}.msg"
        if path.is_file():
            register_definition(msgtype, path.read_text(encoding="utf-8"))
            return
    raise not_installed(msgtype, f"no share/{package}/msg/{name}.msg in any ament prefix")


def not_installed(name: str, why: str) -> AfilError:
    """The sentence for a type that is not there, to be raised.

    Args:
        name: Of a message, service or action, ``package/msg/Name``.
        why: What was looked for.
    """
    package, kind, _ = name.split("/")
    called = {"msg": "message", "srv": "service"}.get(kind, kind)
    return AfilError(
        f"{called} type {name} is not installed: install the ROS package {package} and source "
        f"it ({why})"
    )


def register_definition(msgtype: str, definition: str) -> None:
    """Add a type and the types that it is made of from a ``.msg`` text.

    Args:
        msgtype: Type name, ``package/msg/Name``.
        definition: Text of its ``.msg`` file, or a bag's concatenated definition.
    """
    package = msgtype.split("/", maxsplit=1)[0]
    own, *dependencies = re.split(r"^=+\nMSG: ", definition, flags=re.M)
    embedded = {d.split("\n", 1)[0].strip() for d in dependencies}
    for other_package, name in _FIELD_TYPE.findall(own):
        if f"{other_package}/{name}" not in embedded:
            require_type(f"{other_package}/msg/{name}")
    for name in re.findall(r"^\s*([A-Z]\w*)(?:\[[^\]]*\])?\s+\w+\s*(?:#.*)?$", own, flags=re.M):
        if name != "Header" and f"{package}/{name}" not in embedded:
            require_type(f"{package}/msg/{name}")
    found = get_types_from_msg(definition, msgtype)
    with _ADDING:
        known = typestore().types
        typestore().register({k: v for k, v in found.items() if k not in known})


def new(msgtype: str, **fields: Any) -> Any:
    """A message with ROS's default values, except for the given fields.

    Args:
        msgtype: Type name, ``package/msg/Name``.
        **fields: Values of fields; nested messages come from :func:`new` too.
    """
    require_type(msgtype)
    _, definitions = typestore().fielddefs[msgtype]
    values = {n: fields.pop(n) if n in fields else _default(d) for n, d in definitions}
    if fields:
        raise TypeError(f"{msgtype} has no field {', '.join(fields)}")
    return typestore().types[msgtype](**values)


def serialize(message: Any) -> bytes:
    """CDR bytes of a message, with the encapsulation header."""
    return bytes(typestore().serialize_cdr(message, message.__msgtype__))


def deserialize(cdr: bytes, msgtype: str) -> Any:
    """The message in CDR bytes.

    Raises:
        AfilError: When the bytes are no message of that type.
    """
    require_type(msgtype)
    try:
        return typestore().deserialize_cdr(cdr, msgtype)
    except (SerdeError, ValueError, IndexError, UnicodeDecodeError, OverflowError) as error:
        raise AfilError(
            f"a payload of {len(cdr)} bytes is not a valid {msgtype} ({error}); "
            f"its publisher uses another definition of the type"
        ) from error


def peek_stamp(cdr: bytes | memoryview) -> int | None:
    """Header stamp (ns) of a serialized message whose first field is a ``std_msgs/Header``.

    Nothing is decoded: the stamp lies at bytes 4 to 12, in the byte order that byte 1 tells.

    Returns:
        Nanoseconds; None when the bytes are too few, or the nanoseconds are none.
    """
    if len(cdr) < _STAMP_END:
        return None
    sec, nanosec = (_STAMP_LITTLE if cdr[1] & 1 else _STAMP_BIG).unpack_from(cdr, 4)
    return sec * _NANOSECONDS + nanosec if nanosec < _NANOSECONDS else None


def has_header(msgtype: str) -> bool:
    """Whether a message type begins with a ``std_msgs/Header``.

    Raises:
        AfilError: When the type is not installed.
    """
    require_type(msgtype)
    _, fields = typestore().fielddefs[msgtype]
    return bool(fields) and fields[0][1] == (Nodetype.NAME, "std_msgs/msg/Header")


def stamp_to_ns(stamp: Any) -> int:
    """Nanoseconds of a ``builtin_interfaces/msg/Time``."""
    return int(stamp.sec) * _NANOSECONDS + int(stamp.nanosec)


def ns_to_stamp(stamp_ns: int) -> Any:
    """A ``builtin_interfaces/msg/Time`` of nanoseconds."""
    sec, nanosec = divmod(stamp_ns, _NANOSECONDS)
    return new("builtin_interfaces/msg/Time", sec=sec, nanosec=nanosec)


def header(stamp_ns: int, frame_id: str) -> Any:
    """A ``std_msgs/msg/Header``."""
    return new("std_msgs/msg/Header", stamp=ns_to_stamp(stamp_ns), frame_id=frame_id)


def _prefixes() -> list[Path]:
    named = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    return [*named, Path(sys.prefix)]


def _default(definition: Any) -> Any:
    kind, detail = definition
    if kind == Nodetype.NAME:
        return new(detail)
    if kind == Nodetype.BASE:
        base = detail[0]
        if base in ("string", "wstring"):
            return ""
        return False if base == "bool" else 0.0 if base.startswith("float") else 0
    (element_kind, element), length = detail
    count = length if kind == Nodetype.ARRAY else 0
    if element_kind == Nodetype.BASE and element[0] not in ("string", "wstring"):
        name = {"byte": "uint8", "char": "uint8", "octet": "uint8"}.get(element[0], element[0])
        return np.zeros(count, dtype=np.dtype(name))
    return [_default((element_kind, element)) for _ in range(count)]
