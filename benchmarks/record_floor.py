"""The floor of recording: a bare loop that takes messages from the DDS wheel and appends them.

``python -m benchmarks.record_floor CONTRACT FILE`` takes every observation of a contract until
SIGTERM; nothing is looked at, nothing is indexed, the file is no bag.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
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
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic
from cyclonedds.util import duration
from rclpy.impl.domain import configuration
from rclpy.impl.memory import keep_big_blocks
from rclpy.impl.raw_types import topic_type

from afil_core.contract import load_contract

_DEPTH = 500


def carrier(msgtype: str) -> Any:
    """The type of a topic, with samples that are bytes."""
    shape = topic_type(msgtype)

    def read(cls: Any, data: bytes, *_: Any, **__: Any) -> Any:
        sample = cls.__new__(cls)
        sample.data_bytes = data
        return sample

    shape.deserialize = classmethod(read)
    return shape


def record(contract_file: str, path: str) -> None:
    """Append until SIGTERM."""
    keep_big_blocks()
    os.environ.setdefault("CYCLONEDDS_URI", configuration())
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    participant = DomainParticipant(int(os.environ.get("ROS_DOMAIN_ID", "0")))
    waitset, readers = WaitSet(participant), []
    for stream in load_contract(contract_file).observations:
        reliable = stream.qos.reliability == "reliable"
        qos = Qos(
            Policy.Reliability.Reliable(duration(seconds=1))
            if reliable
            else Policy.Reliability.BestEffort,
            Policy.History.KeepLast(_DEPTH),
            Policy.TypeConsistency.AllowTypeCoercion(ignore_member_names=True),
            Policy.DataRepresentation(
                use_cdrv0_representation=True, use_xcdrv2_representation=False
            ),
        )
        topic = Topic(participant, f"rt{stream.topic}", carrier(stream.type))
        reader = DataReader(participant, topic, qos=qos)
        condition = ReadCondition(reader, SampleState.Any | ViewState.Any | InstanceState.Any)
        waitset.attach(condition)
        readers.append((reader, condition))
    with Path(path).open("wb", buffering=0) as file:
        print("ready", flush=True)
        while not stopped:
            if waitset.wait(duration(milliseconds=100)) == 0:
                continue
            for reader, _ in readers:
                for sample in reader.take(16):
                    if hasattr(sample, "data_bytes"):
                        file.write(sample.data_bytes)


if __name__ == "__main__":
    record(sys.argv[1], sys.argv[2])
