"""Takes samples out of a DDS reader as CDR bytes, copied once."""

from __future__ import annotations

import ctypes as ct

from rclpy.impl.library import SampleInfo, function

_ANY_STATE = 0x7F  # Every sample, view and instance state.
_pointer = ct.c_size_t
_take_cdr = function(
    "dds_takecdr", ct.c_int32, ct.c_int32, _pointer, ct.c_uint32, _pointer, ct.c_uint32
)
_size = function("ddsi_serdata_size", ct.c_uint32, _pointer)
_refer = function(
    "ddsi_serdata_to_ser_ref", _pointer, _pointer, ct.c_size_t, ct.c_size_t, _pointer
)
_release = function("ddsi_serdata_unref", None, _pointer)
_make_bytes = ct.pythonapi["PyBytes_FromStringAndSize"]
_make_bytes.restype, _make_bytes.argtypes = ct.py_object, (_pointer, ct.c_ssize_t)


class _Slot(ct.Structure):
    """What the C side fills in: the sample, where its bytes are, and what is known of it."""

    sample: int
    address: int
    info: SampleInfo
    _fields_ = (
        ("sample", _pointer),
        ("address", _pointer),
        ("length", ct.c_size_t),
        ("info", SampleInfo),
    )


_ADDRESS, _INFO = _Slot.address.offset, _Slot.info.offset  # type: ignore[attr-defined]


def take(reader: int) -> tuple[bytes, SampleInfo] | None:
    """Next valid sample of a reader; notices of writers that ended are dropped.

    Args:
        reader: Handle of a DDS reader.

    Returns:
        Payload with its encapsulation header, and what is known of the sample; None where there
        is none, or no reader any more.
    """
    while True:
        slot = _Slot()
        at = ct.addressof(slot)
        if _take_cdr(reader, at, 1, at + _INFO, _ANY_STATE) < 1:
            return None
        sample = slot.sample
        try:
            if slot.info.valid_data:
                size = _size(sample)
                _release(_refer(sample, 0, size, at + _ADDRESS))
                return _make_bytes(slot.address, size), slot.info
        finally:
            _release(sample)
