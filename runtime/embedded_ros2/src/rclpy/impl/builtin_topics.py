"""What DDS discovery knows of participants and endpoints."""

from __future__ import annotations

import ctypes as ct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cyclonedds.builtin import (
    BuiltinDataReader,
    BuiltinTopicDcpsParticipant,
    BuiltinTopicDcpsPublication,
    BuiltinTopicDcpsSubscription,
)
from cyclonedds.builtin_types import cqos_to_qos
from cyclonedds.core import InstanceState, Qos, SampleState, ViewState

from rclpy.impl.library import SampleInfo, function

PARTICIPANTS = BuiltinTopicDcpsParticipant
WRITERS = BuiltinTopicDcpsPublication
READERS = BuiltinTopicDcpsSubscription

_BATCH = 100
_ALIVE = InstanceState.Alive | ViewState.Any | SampleState.Any
_NEW = InstanceState.Alive | ViewState.Any | SampleState.NotRead
_GONE = InstanceState.NotAliveDisposed | InstanceState.NotAliveNoWriters
_GONE |= ViewState.Any | SampleState.Any
_handle, _pointers = ct.c_int32, ct.c_void_p
_arguments = (_handle, _pointers, _pointers, ct.c_size_t, ct.c_uint32, ct.c_uint32)
_take = function("dds_take_mask", ct.c_int32, *_arguments)
_read = function("dds_read_mask", ct.c_int32, *_arguments)
_give_back = function("dds_return_loan", ct.c_int32, _handle, _pointers, ct.c_int32)
_user_data = function("dds_qget_userdata", ct.c_bool, ct.c_void_p, _pointers, _pointers)
_reliability = function("dds_qget_reliability", ct.c_bool, ct.c_void_p, _pointers, _pointers)
_free = function("dds_free", None, ct.c_void_p)


class _Participant(ct.Structure):
    """``dds_builtintopic_participant_t``."""

    _fields_ = (("key", ct.c_ubyte * 16), ("qos", ct.c_void_p))


class _Endpoint(ct.Structure):
    """``dds_builtintopic_endpoint_t``."""

    _fields_ = (
        ("key", ct.c_ubyte * 16),
        ("participant_key", ct.c_ubyte * 16),
        ("participant_instance_handle", ct.c_uint64),
        ("topic_name", ct.c_char_p),
        ("type_name", ct.c_char_p),
        ("qos", ct.c_void_p),
    )


_matched_writer = function(
    "dds_get_matched_publication_data", ct.POINTER(_Endpoint), _handle, ct.c_uint64
)
_matched_reader = function(
    "dds_get_matched_subscription_data", ct.POINTER(_Endpoint), _handle, ct.c_uint64
)
_free_endpoint = function("dds_builtintopic_free_endpoint", None, ct.POINTER(_Endpoint))


@dataclass(frozen=True)
class Discovered:
    """A participant, or an endpoint with its topic, as discovered.

    Attributes:
        gid: GUID, 16 bytes.
        topic_name: As on the wire; empty for a participant.
        type_name: As on the wire; empty for a participant.
        qos: Policies that discovery tells.
    """

    gid: bytes
    topic_name: str = ""
    type_name: str = ""
    qos: Qos = field(default_factory=Qos)


class Discovery:
    """Follows one built-in topic of a participant."""

    def __init__(self, participant: Any, topic: Any) -> None:
        self._reader = BuiltinDataReader(participant, topic)
        self._kind = _Participant if topic is PARTICIPANTS else _Endpoint
        self._alive: dict[int, Discovered] = {}
        self._complete = False

    def alive(self) -> list[Discovered]:
        """Those that are alive now."""
        if not self._complete:  # A signal cut the last call off, so start anew.
            self._alive.clear()
        unseen = _NEW if self._complete else _ALIVE
        self._complete = False
        for handle, _ in self._each(_take, _GONE):
            self._alive.pop(handle, None)
        for handle, found in self._each(_read, unseen):
            self._alive[handle] = _discovered(found)
        self._complete = True
        return list(self._alive.values())

    def _each(self, read_or_take: Any, states: int) -> Iterator[tuple[int, Any]]:
        """Instances in given states: their handles and the C structures, for one step each."""
        size = _BATCH
        while True:
            loans, infos = (ct.POINTER(self._kind) * size)(), (SampleInfo * size)()
            count = read_or_take(self._reader._ref, loans, infos, size, size, states)
            try:
                for loan, info in zip(loans[: max(count, 0)], infos, strict=False):
                    yield info.instance_handle, loan.contents
            finally:
                if count > 0:
                    _give_back(self._reader._ref, loans, count)
            if count < size:
                return
            size *= 2  # A read of everything begins at the first one again.


def _discovered(found: Any) -> Discovered:
    qos = cqos_to_qos(found.qos) if found.qos else Qos()  # type: ignore[no-untyped-call]
    if isinstance(found, _Participant):
        return Discovered(bytes(found.key), qos=qos)
    topic, type_name = found.topic_name or b"", found.type_name or b""
    return Discovered(
        bytes(found.key), topic.decode(errors="replace"), type_name.decode(errors="replace"), qos
    )


def user_data_of_writer(reader: int, publication: int) -> bytes | None:
    """USER_DATA of a writer that a reader hears; None where it is gone."""
    return _endpoint_user_data(_matched_writer(reader, publication))


def user_data_of_reader(writer: int, subscription: int) -> bytes | None:
    """USER_DATA of a reader that a writer sends to; None where it is gone."""
    return _endpoint_user_data(_matched_reader(writer, subscription))


@dataclass(frozen=True)
class Matched:
    """The other end of a match.

    Attributes:
        gid: GUID, 16 bytes.
        is_reliable: Whether it asks for, or offers, reliability.
    """

    gid: bytes
    is_reliable: bool


def matched_writer(reader: int, publication: int) -> Matched | None:
    """The writer that a reader hears; None where it is gone."""
    return _matched(_matched_writer(reader, publication))


def matched_reader(writer: int, subscription: int) -> Matched | None:
    """The reader that a writer sends to; None where it is gone."""
    return _matched(_matched_reader(writer, subscription))


def _matched(endpoint: Any) -> Matched | None:
    if not endpoint:
        return None
    kind = ct.c_int(0)
    try:
        _reliability(endpoint.contents.qos, ct.byref(kind), None)
        return Matched(bytes(endpoint.contents.key), kind.value != 0)
    finally:
        _free_endpoint(endpoint)


def _endpoint_user_data(endpoint: Any) -> bytes | None:
    if not endpoint:
        return None
    value, size = ct.c_void_p(), ct.c_size_t()
    try:
        if not _user_data(endpoint.contents.qos, ct.byref(value), ct.byref(size)):
            return b""
        return ct.string_at(value, size.value) if value.value else b""
    finally:
        _free(value)
        _free_endpoint(endpoint)
