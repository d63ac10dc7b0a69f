"""CDR bytes into a DDS writer and out of a DDS reader."""

from __future__ import annotations

import ctypes as ct
from typing import Any

from rclpy.impl.library import SampleInfo, function

_ANY_STATE = 0x7F  # Every sample, view and instance state.
_address = ct.c_size_t
_take = function(
    "dds_take_mask",
    *(ct.c_int32, ct.c_int32, _address, _address, ct.c_size_t, ct.c_uint32, ct.c_uint32),
)
_free = function("dds_free", None, _address)
_wait_and_write = function("dds_write", ct.c_int32, ct.c_int32, _address, may_wait=True)
_make_bytes = ct.pythonapi["PyBytes_FromStringAndSize"]
_make_bytes.restype, _make_bytes.argtypes = ct.py_object, (_address, ct.c_ssize_t)


class _Payload(ct.Structure):
    """A sample as the wheel's topics have it."""

    _fields_ = (("address", _address), ("size", ct.c_size_t))


class _Slot(ct.Structure):
    """A sample, what is known of it, and the C array of one pointer to the sample."""

    payload: _Payload
    array: int
    info: SampleInfo
    _fields_ = (("payload", _Payload), ("array", _address), ("info", SampleInfo))

    def __init__(self) -> None:
        super().__init__()
        self.array = ct.addressof(self)

    def __del__(self, free: Any = _free) -> None:
        free(self.payload.address)


_ARRAY, _INFO = _Slot.array.offset, _Slot.info.offset  # type: ignore[attr-defined]


class Samples:
    """Takes samples out of a DDS reader. Safe from several threads."""

    def __init__(self, reader: int) -> None:
        self._reader = reader
        self._spare: list[tuple[_Slot, int, int, _Payload, SampleInfo]] = []

    def take(self) -> tuple[bytes, int, int] | None:
        """Next valid sample; notices of writers that ended are dropped.

        Returns:
            Payload with its encapsulation header, source time stamp in nanoseconds, and handle of
            the writer; None where there is none, or no reader any more.
        """
        if self._spare:
            views = self._spare.pop()
        else:
            slot = _Slot()
            at = ct.addressof(slot)
            views = slot, at + _ARRAY, at + _INFO, slot.payload, slot.info
        _, array_at, info_at, payload, info = views
        taken = None
        while _take(self._reader, array_at, info_at, 1, 1, _ANY_STATE) == 1:
            if info.valid_data:
                data = _make_bytes(payload.address, payload.size)
                taken = data, info.source_timestamp, info.publication_handle
            # In this order: a signal in between leaks it, and does not free it twice.
            freed, payload.address = payload.address, 0
            _free(freed)
            if taken is not None:
                break
        self._spare.append(views)
        return taken


def write_and_wait(writer: int, payload: bytes | bytearray) -> int:
    """Send one sample; other threads run while it waits for a reliable reader that is behind.

    Args:
        writer: Handle of a DDS writer.
        payload: Encapsulation header and CDR, a multiple of four bytes long.

    Returns:
        Cyclone's code, negative where it failed.
    """
    if isinstance(payload, bytearray):
        pinned = ct.c_char.from_buffer(payload)
        address: Any = ct.addressof(pinned)
    else:
        address = ct.cast(ct.c_char_p(payload), ct.c_void_p).value
    sample = _Payload(address, len(payload))
    return _wait_and_write(writer, ct.addressof(sample))
