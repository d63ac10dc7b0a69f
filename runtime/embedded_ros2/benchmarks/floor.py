"""The floor: the bare cyclonedds wheel moving bytes between two processes.

``python -m benchmarks.floor pub|sub KIND RATE SECONDS`` prints one JSON line. No message is
serialized: the same bytes are sent again and again with a fresh time stamp in them.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from typing import Any

from cyclonedds.core import (
    InstanceState,
    Policy,
    Qos,
    ReadCondition,
    SampleState,
    ViewState,
    WaitSet,
)
from cyclonedds.domain import DomainParticipant
from cyclonedds.idl import make_idl_struct
from cyclonedds.idl.types import float64, int32, sequence, uint8, uint32
from cyclonedds.pub import DataWriter
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic
from cyclonedds.util import duration

from benchmarks.load import (
    DISCOVERY_S,
    LINGER_S,
    Meter,
    Pace,
    latencies,
    payload_bytes,
    stop_after,
)

# Generic at run time, which its annotations do not say.
_sequence: Any = sequence
_STAMP_AT = 4  # Behind the encapsulation header: int32 seconds, uint32 nanoseconds.


def _shape(kind: str) -> Any:
    stamp = make_idl_struct("Time_", "floor::Time_", {"sec": int32, "nanosec": uint32})
    header = make_idl_struct("Header_", "floor::Header_", {"stamp": stamp, "frame_id": str})
    if kind == "joint":
        numbers = _sequence[float64]
        fields = {"name": _sequence[str], "position": numbers, "velocity": numbers,
                  "effort": numbers}  # fmt: skip
    else:
        fields = {"height": uint32, "width": uint32, "encoding": str, "is_bigendian": uint8,
                  "step": uint32, "data": _sequence[uint8]}  # fmt: skip
    return make_idl_struct("Floor_", f"floor::{kind}_", {"header": header, **fields})


def carrier(kind: str) -> Any:
    """A type with the shape of the message whose samples are bytes."""
    shape = _shape(kind)

    def make(self: Any, data: bytes) -> None:
        self.data_bytes = data

    def write(self: Any, *_: Any, **__: Any) -> bytes:
        return self.data_bytes

    def read(cls: Any, data: bytes, *_: Any, **__: Any) -> Any:
        sample = cls.__new__(cls)
        sample.data_bytes = data
        return sample

    shape.__init__ = make
    shape.serialize = write
    shape.deserialize = classmethod(read)
    return shape


def _qos(flat_out: bool) -> Qos:
    history = Policy.History.KeepAll if flat_out else Policy.History.KeepLast(100)
    policies = [Policy.Reliability.Reliable(duration(seconds=100)), history]
    if flat_out:
        policies.append(Policy.ResourceLimits(max_samples=16))
    return Qos(*policies)


def publish(kind: str, rate: float, seconds: float) -> dict[str, float]:
    """Send until the time is over."""
    participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
    carried = carrier(kind)
    topic = Topic(participant, f"floor_{kind}", carried)
    writer = DataWriter(participant, topic, qos=_qos(rate == 0))
    buffer = bytearray(payload_bytes(kind))
    while not writer.get_matched_subscriptions():
        time.sleep(0.01)
    time.sleep(DISCOVERY_S)
    meter, pace = Meter(), Pace(rate, seconds)
    for _ in pace:
        struct.pack_into("<iI", buffer, _STAMP_AT, *divmod(time.time_ns(), 10**9))
        writer.write(carried(bytes(buffer)))
    figures = meter.figures(pace.count, len(buffer))
    time.sleep(LINGER_S)
    return figures


def subscribe(kind: str, rate: float, seconds: float) -> dict[str, float]:
    """Receive until nothing comes any more."""
    participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
    reader = DataReader(participant, Topic(participant, f"floor_{kind}", carrier(kind)),
                        qos=_qos(rate == 0))  # fmt: skip
    waitset = WaitSet(participant)
    waitset.attach(ReadCondition(reader, SampleState.Any | ViewState.Any | InstanceState.Any))
    ages: list[int] = []
    stop, meter, size, last = stop_after(seconds), None, 0, 0.0
    while not stop(len(ages), last):
        if waitset.wait(duration(milliseconds=200)) == 0:
            continue
        for sample in reader.take(16):
            if not hasattr(sample, "data_bytes"):
                continue
            now = time.time_ns()
            meter = meter or Meter()
            sec, nanosec = struct.unpack_from("<iI", sample.data_bytes, _STAMP_AT)
            ages.append(now - (sec * 10**9 + nanosec))
            size, last = len(sample.data_bytes), time.monotonic()
    return {**latencies(ages), **(meter.figures(len(ages), size, last) if meter else {})}


if __name__ == "__main__":
    role, kind_, rate_, seconds_ = sys.argv[1:]
    run = publish if role == "pub" else subscribe
    print(json.dumps(run(kind_, float(rate_), float(seconds_))), flush=True)
