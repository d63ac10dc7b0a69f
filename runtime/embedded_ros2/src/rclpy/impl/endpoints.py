"""DDS writers and readers with ROS 2 names, QoS, user data, and bytes as samples."""

from __future__ import annotations

import ctypes as ct
import threading
from collections.abc import Callable
from typing import Any

from cyclonedds._clayer import ddspy_write
from cyclonedds.core import InstanceState, Policy, Qos, ReadCondition, SampleState, ViewState
from cyclonedds.internal import dds_infinity
from cyclonedds.pub import DataWriter, Publisher
from cyclonedds.sub import DataReader, Subscriber
from cyclonedds.topic import Topic

from rclpy.impl import samples
from rclpy.impl.builtin_topics import (
    Matched,
    matched_reader,
    matched_writer,
    user_data_of_reader,
    user_data_of_writer,
)
from rclpy.impl.library import function
from rclpy.impl.raw_types import topic_type
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

_matched_readers = function(
    "dds_get_matched_subscriptions", ct.c_int32, ct.c_int32, ct.c_void_p, ct.c_size_t
)
_matched_writers = function(
    "dds_get_matched_publications", ct.c_int32, ct.c_int32, ct.c_void_p, ct.c_size_t
)
_assert_liveliness = function("dds_assert_liveliness", ct.c_int32, ct.c_int32)
_wait_for_acks = function("dds_wait_for_acks", ct.c_int32, ct.c_int32, ct.c_int64, may_wait=True)

# Cyclone lets a writer run ahead of its readers by more than this before it makes it wait.
_UNACKNOWLEDGED_BYTES = 100_000
# Matched endpoints that are asked for at first.
_FEW = 16
_ANY = SampleState.Any | ViewState.Any | InstanceState.Any
_topics_lock = threading.Lock()


def _handles(matched: Callable[[int, Any, int], int], ref: int) -> list[int]:
    """Instance handles of the endpoints that one is matched with; none once it is closed.

    The binding's own function asks for their number first, and fails when one comes in between.
    """
    room = _FEW
    while True:
        handles = (ct.c_uint64 * room)()
        count = matched(ref, handles, room)
        if count <= room:
            return handles[: max(count, 0)]
        room = count


def dds_qos(profile: QoSProfile, writer: bool, user_data: str, ignore_local: bool = False) -> Qos:
    """Translate a profile as rmw_cyclonedds does.

    Args:
        profile: With concrete policies; system defaults become rmw's defaults.
        writer: Whether it is for a writer, which has lifespan and durability service too.
        user_data: ``key=value;`` pairs for the endpoint's USER_DATA.
        ignore_local: Whether a reader ignores writers of its own participant.
    """
    if profile.history is HistoryPolicy.KEEP_ALL:
        history: Any = Policy.History.KeepAll
    else:
        history = Policy.History.KeepLast(profile.depth or 1)
    policies: list[Any] = [history, Policy.Userdata(user_data.encode())]
    if profile.reliability is ReliabilityPolicy.BEST_EFFORT:
        policies.append(Policy.Reliability.BestEffort)
    else:
        policies.append(Policy.Reliability.Reliable(dds_infinity))
    if profile.durability is DurabilityPolicy.TRANSIENT_LOCAL:
        policies.append(Policy.Durability.TransientLocal)
        if writer:
            policies.append(Policy.DurabilityService(0, history, -1, -1, -1))
    else:
        policies.append(Policy.Durability.Volatile)
    if profile.deadline.nanoseconds:
        policies.append(Policy.Deadline(profile.deadline.nanoseconds))
    if writer and profile.lifespan.nanoseconds:
        policies.append(Policy.Lifespan(profile.lifespan.nanoseconds))
    lease = profile.liveliness_lease_duration.nanoseconds or dds_infinity
    if profile.liveliness is LivelinessPolicy.MANUAL_BY_TOPIC:
        policies.append(Policy.Liveliness.ManualByTopic(lease))
    else:
        policies.append(Policy.Liveliness.Automatic(lease))
    if ignore_local:
        policies.append(Policy.IgnoreLocal.Participant)
    if writer:
        policies.append(Policy.WriterDataLifecycle(autodispose=False))
    else:
        # Member names differ between vendors; the layout decides.
        policies.append(
            Policy.TypeConsistency.AllowTypeCoercion(
                ignore_sequence_bounds=True,
                ignore_string_bounds=True,
                ignore_member_names=True,
                prevent_type_widening=False,
                force_type_validation=False,
            )  # fmt: skip
        )
    policies.append(
        Policy.DataRepresentation(use_cdrv0_representation=True, use_xcdrv2_representation=False)
    )
    return Qos(*policies)


def _topic(participant: Any, name: str, type_name: str, service_header: bool) -> Topic[Any]:
    """DDS topic; made once per name and type, as Cyclone refuses a second one."""
    cache = participant.__dict__.setdefault("_ros_topics", {})
    key = (name, type_name, service_header)
    with _topics_lock:
        if key not in cache:
            cache[key] = Topic(participant, name, topic_type(type_name, service_header))
        return cache[key]


def _parent(participant: Any, kind: type) -> Any:
    """The one publisher or subscriber of a participant, as in every rmw."""
    with _topics_lock:
        key = f"_ros_{kind.__name__}"
        if key not in participant.__dict__:
            participant.__dict__[key] = kind(participant)
        return participant.__dict__[key]


class Writer:
    """Sends CDR bytes."""

    def __init__(
        self, participant: Any, topic: str, type_name: str, qos: Qos, service_header: bool = False
    ) -> None:
        self._entity: Any = DataWriter(
            _parent(participant, Publisher),
            _topic(participant, topic, type_name, service_header),
            qos=qos,
        )
        self.ref = self._entity._ref
        self.gid = self._entity.guid.bytes
        depth = next((p.depth for p in qos if isinstance(p, Policy.History.KeepLast)), None)
        self.is_reliable = Policy.Reliability.BestEffort not in qos
        self._never_waits_up_to = -1 if depth is None else _UNACKNOWLEDGED_BYTES // depth

    @property
    def entity(self) -> DataWriter[Any]:
        """The cyclonedds writer, for its statuses."""
        return self._entity

    def write(self, payload: bytes | bytearray | memoryview) -> int:
        """Send one sample; returns Cyclone's code, negative where it failed.

        Other threads run while it waits for a reliable reader that is behind.
        """
        if len(payload) & 3 or isinstance(payload, memoryview):
            payload = bytes(payload) + b"\0" * (-len(payload) & 3)
        if len(payload) <= self._never_waits_up_to:
            return ddspy_write(self.ref, payload)
        return samples.write_and_wait(self.ref, payload)

    def assert_liveliness(self) -> None:
        """Tell readers that it is alive."""
        _assert_liveliness(self.ref)

    def wait_for_acks(self, timeout_ns: int) -> bool:
        """Whether all reliable readers acknowledged everything within the time."""
        return _wait_for_acks(self.ref, timeout_ns) == 0

    def reader_user_data(self) -> list[bytes]:
        """USER_DATA of the readers it sends to."""
        handles = _handles(_matched_readers, self.ref)
        found = (user_data_of_reader(self.ref, handle) for handle in handles)
        return [data for data in found if data is not None]

    def readers(self) -> list[Matched]:
        """The readers it sends to; none once it is closed."""
        handles = [] if self._entity is None else _handles(_matched_readers, self.ref)
        found = (matched_reader(self.ref, handle) for handle in handles)
        return [reader for reader in found if reader is not None]

    def matched(self) -> int:
        """Number of readers it sends to."""
        return max(_matched_readers(self.ref, None, 0), 0)

    def close(self) -> None:
        """Delete the writer."""
        self._entity = None


class Reader:
    """Receives CDR bytes; ``condition`` can be waited on."""

    def __init__(
        self, participant: Any, topic: str, type_name: str, qos: Qos, service_header: bool = False
    ) -> None:
        self._entity: Any = DataReader(
            _parent(participant, Subscriber),
            _topic(participant, topic, type_name, service_header),
            qos=qos,
        )
        self.topic = topic
        self._read_condition: Any = ReadCondition(self._entity, _ANY)
        self.ref = self._entity._ref
        self.condition = self._read_condition._ref
        self.take = samples.Samples(self.ref).take
        self.gid = self._entity.guid.bytes

    @property
    def entity(self) -> DataReader[Any]:
        """The cyclonedds reader, for its statuses."""
        return self._entity

    def writer_user_data(self, publication_handle: int) -> bytes | None:
        """USER_DATA of the writer of a sample; None where it is gone."""
        return user_data_of_writer(self.ref, publication_handle)

    def writers(self) -> list[Matched]:
        """The writers it receives from; none once it is closed."""
        handles = [] if self._entity is None else _handles(_matched_writers, self.ref)
        found = (matched_writer(self.ref, handle) for handle in handles)
        return [writer for writer in found if writer is not None]

    def writer(self, publication_handle: int) -> Matched | None:
        """The writer of a sample; None where it is gone."""
        return matched_writer(self.ref, publication_handle)

    def matched(self) -> int:
        """Number of writers it receives from."""
        return max(_matched_writers(self.ref, None, 0), 0)

    def close(self) -> None:
        """Delete the reader and its condition."""
        self._read_condition = None
        self._entity = None
