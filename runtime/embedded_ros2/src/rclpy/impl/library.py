"""Cyclone DDS' C functions, called so that a signal can do no harm.

The wheel's own ``take`` functions call back into Python for each sample. A signal handler may run
there, and when it raises (Ctrl-C), the wheel goes on with a NULL object and the process crashes.
A C function called from here runs no Python, so an exception comes before or after it.
"""

from __future__ import annotations

import ctypes as ct
from typing import Any

from cyclonedds.internal import DDS

_SHARED = DDS._dll_handle
# Keeps the interpreter lock: dearer to give up than the short calls made through it take.
_LOCKED = ct.PyDLL(_SHARED._name)


def function(name: str, result: Any, *arguments: Any, may_wait: bool = False) -> Any:
    """A C function with its types.

    Args:
        name: As exported by Cyclone DDS.
        result: ctypes type of the result, None for ``void``.
        arguments: ctypes types of the arguments.
        may_wait: Whether it may sleep, so that other Python threads must be let run.
    """
    bound = (_SHARED if may_wait else _LOCKED)[name]
    bound.restype, bound.argtypes = result, arguments
    return bound


class SampleInfo(ct.Structure):
    """``dds_sample_info_t``; timestamps in nanoseconds."""

    valid_data: bool
    source_timestamp: int
    instance_state: int
    instance_handle: int
    publication_handle: int
    _fields_ = (
        ("sample_state", ct.c_uint),
        ("view_state", ct.c_uint),
        ("instance_state", ct.c_uint),
        ("valid_data", ct.c_bool),
        ("source_timestamp", ct.c_int64),
        ("instance_handle", ct.c_uint64),
        ("publication_handle", ct.c_uint64),
        ("disposed_generation_count", ct.c_uint32),
        ("no_writers_generation_count", ct.c_uint32),
        ("sample_rank", ct.c_uint32),
        ("generation_rank", ct.c_uint32),
        ("absolute_generation_rank", ct.c_uint32),
    )
