"""The ROS graph: what our nodes announce, and what is known of others.

As every rmw, each participant publishes on ``ros_discovery_info`` which endpoints belong to which
of its nodes; topic names and types come from DDS discovery itself.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from embedded_ros2 import cdr
from embedded_ros2.message_classes import structure_class
from embedded_ros2.type_hash import message_hash
from rclpy.impl.builtin_topics import PARTICIPANTS, READERS, WRITERS, Discovered, Discovery
from rclpy.impl.endpoints import Reader, Writer, dds_qos
from rclpy.impl.fast_dds import ClientWatch
from rclpy.impl.waitset import Waiter
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile

_INFO = "rmw_dds_common/msg/ParticipantEntitiesInfo"
_TOPIC = "ros_discovery_info"


@dataclass
class LocalNode:
    """Endpoints of one of our nodes."""

    name: str
    namespace: str
    readers: list[bytes] = field(default_factory=list)
    writers: list[bytes] = field(default_factory=list)


class Graph:
    """Announces our nodes and follows those of others, on one thread that sleeps."""

    def __init__(self, participant: Any) -> None:
        self._participant = participant
        self.gid = participant.guid.bytes
        tag = f"typehash={message_hash(_INFO)};"
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        everything = QoSProfile(
            history=HistoryPolicy.KEEP_ALL, durability=DurabilityPolicy.TRANSIENT_LOCAL
        )
        self._writer = Writer(participant, _TOPIC, _INFO, dds_qos(latched, True, tag))
        self._reader = Reader(participant, _TOPIC, _INFO, dds_qos(everything, False, tag))
        self._nodes: list[LocalNode] = []
        self._remote: dict[bytes, list[LocalNode]] = {}
        # A signal handler announces too, so the lock must be reentrant.
        self._lock = threading.RLock()
        self._queries = threading.Lock()
        self._builtin: dict[Any, Discovery] = {}
        self._clients = ClientWatch()
        self._closing = False
        self._waiter = Waiter(participant)
        self._waiter.attach(self._reader.condition, 1)
        self._thread = threading.Thread(
            target=self._follow, name="ros_discovery_info", daemon=True
        )
        self._thread.start()

    # What we announce

    def add_node(self, name: str, namespace: str) -> LocalNode:
        """Announce a node."""
        node = LocalNode(name, namespace)
        with self._lock:
            self._nodes.append(node)
        self._announce()
        return node

    def remove_node(self, node: LocalNode) -> None:
        """Announce that a node is gone."""
        with self._lock:
            if node in self._nodes:
                self._nodes.remove(node)
        self._announce()

    def change(
        self,
        node: LocalNode,
        *,
        add: Iterable[Reader | Writer] = (),
        remove: Iterable[Reader | Writer] = (),
    ) -> None:
        """Announce new or closed endpoints of a node."""
        with self._lock:
            for endpoint in add:
                gids = node.readers if isinstance(endpoint, Reader) else node.writers
                gids.append(endpoint.gid)
                if isinstance(endpoint, Reader):
                    self._clients.add(endpoint)
            for endpoint in remove:
                gids = node.readers if isinstance(endpoint, Reader) else node.writers
                if endpoint.gid in gids:
                    gids.remove(endpoint.gid)
                if isinstance(endpoint, Reader):
                    self._clients.remove(endpoint)
        self._announce()

    def announce_nothing(self) -> None:
        """Announce at shutdown that this participant has no nodes any more."""
        with self._lock:
            self._nodes.clear()
        self._announce()

    def _announce(self) -> None:
        make = structure_class
        node_info, gid = (
            make("rmw_dds_common/msg/NodeEntitiesInfo"),
            make("rmw_dds_common/msg/Gid"),
        )

        def gids(values: list[bytes]) -> list[Any]:
            return [gid(data=list(value)) for value in values]

        with self._lock:
            if self._closing:
                return
            message = make(_INFO)(
                gid=gid(data=list(self.gid)),
                node_entities_info_seq=[
                    node_info(
                        node_namespace=node.namespace,
                        node_name=node.name,
                        reader_gid_seq=gids(node.readers),
                        writer_gid_seq=gids(node.writers),
                    )
                    for node in self._nodes
                ],
            )
            self._writer.write(cdr.serialize(message, _INFO))

    # What others announce

    def _follow(self) -> None:
        while not self._closing:
            patience_ns = self._clients.patience_ns
            self._waiter.wait(patience_ns)
            while not self._closing:
                sample = self._reader.take()
                if sample is None:
                    break
                with contextlib.suppress(cdr.MalformedCdrError):
                    self._learn(cdr.deserialize(sample[0], _INFO))
            if patience_ns is not None and not self._closing:
                with self._lock:
                    self._clients.look()

    def _learn(self, message: Any) -> None:
        nodes = [
            LocalNode(
                info.node_name,
                info.node_namespace,
                [bytes(gid.data) for gid in info.reader_gid_seq],
                [bytes(gid.data) for gid in info.writer_gid_seq],
            )
            for info in message.node_entities_info_seq
        ]
        gid = bytes(message.gid.data)
        self._clients.announced(gid)
        with self._lock:
            self._remote[gid] = nodes

    def nodes(self) -> list[LocalNode]:
        """All nodes: ours and those of participants that are alive."""
        alive = {participant.gid for participant in self.participants()}
        with self._lock:
            for gid in [gid for gid in self._remote if gid not in alive]:
                del self._remote[gid]
            own = list(self._nodes)
            others = [n for gid, nodes in self._remote.items() if gid != self.gid for n in nodes]
        return own + others

    def _alive(self, topic: Any) -> list[Discovered]:
        with self._queries:
            if topic not in self._builtin:
                self._builtin[topic] = Discovery(self._participant, topic)
            return self._builtin[topic].alive()

    def participants(self) -> list[Discovered]:
        """DDS participants that are alive."""
        return self._alive(PARTICIPANTS)

    def writers(self) -> list[Discovered]:
        """DDS writers that are alive, ours included."""
        return self._alive(WRITERS)

    def readers(self) -> list[Discovered]:
        """DDS readers that are alive, ours included."""
        return self._alive(READERS)

    def close(self) -> None:
        """Leave the graph and stop the thread."""
        with self._lock:
            self._closing = True
        self._waiter.wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=2.0)
        self._builtin.clear()
        self._waiter.close()
        self._reader.close()
        self._writer.close()
