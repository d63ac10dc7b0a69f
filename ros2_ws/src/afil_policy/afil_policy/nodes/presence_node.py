"""The node that listens, for some seconds, whether another policy node of this name lives."""

from __future__ import annotations

import time
from typing import Any, Protocol

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from afil_core.process.interfaces import get_message
from afil_policy.deploy.presence import LISTEN_S, TYPE, Identity, RollCall

# A killed process stays in the graph for as long: 10 s on Cyclone DDS, 20 s on Fast DDS.
_GHOST_S = 22.0
_TURN_S = 0.05
_SAY_S = 0.2


class PresenceNode(Node):
    """Hears the status of all policy nodes of a name.

    It is no policy node itself, and its executor runs while that of the policy node waits.

    Args:
        node: The policy node.
        roll: Is told what they say.
    """

    def __init__(self, node: Any, roll: RollCall) -> None:
        super().__init__(
            f"{node.get_name()}_presence",
            namespace=node.get_namespace(),
            context=node.context,
            use_global_arguments=False,  # They rename each node to the policy node's name.
            enable_rosout=False,
            start_parameter_services=False,
        )
        topic = f"{_full_name(node)}/status"
        self.create_subscription(
            get_message(TYPE), topic, lambda cdr: roll.hear(bytes(cdr)), 10, raw=True
        )


class Claimant(Protocol):
    """Who speaks for a node, :class:`~afil_policy.deploy.announcer.Announcer`."""

    own: Identity
    holds_name: bool

    def claim(self) -> None:
        """Publish the node's status."""


def require_sole(node: Any, claimant: Claimant, patience_s: float = _GHOST_S) -> None:
    """Take the node's name, once no other policy node has it or may have it first.

    To be called after the seconds that loading takes: the others are known by then.

    Args:
        node: The policy node; its executor need not run.
        claimant: Speaks for it, and is told that it has the name.
        patience_s: How long one that is silent may stay in the graph.

    Raises:
        AfilError: When another one has the name, is older, or hangs.
    """
    if _count(node) > 1:
        _call_roll(node, claimant, patience_s)
    claimant.holds_name = True
    claimant.claim()


def _call_roll(node: Any, claimant: Claimant, patience_s: float) -> None:
    name, begun_s = _full_name(node), time.monotonic()
    roll = RollCall(name, claimant.own)
    executor = SingleThreadedExecutor(context=node.context)
    listener = PresenceNode(node, roll)
    executor.add_node(listener)
    told, next_s = False, begun_s
    try:
        while not roll.is_won(_count(node)):
            waited_s = time.monotonic() - begun_s
            if waited_s >= patience_s:
                raise roll.hangs(waited_s)
            if waited_s >= LISTEN_S and not told:
                node.get_logger().warning(
                    f"another {name} is in the ROS graph and silent; one that was killed is "
                    "forgotten after 10 s (Cyclone DDS) or 20 s (Fast DDS): waiting for that, "
                    f"{patience_s - waited_s:.0f} s at most"
                )
                told = True
            if time.monotonic() >= next_s:
                claimant.claim()
                next_s = time.monotonic() + _SAY_S
            executor.spin_once(timeout_sec=_TURN_S)
    finally:
        executor.shutdown()
        listener.destroy_node()
    if told:
        waited_s = time.monotonic() - begun_s
        node.get_logger().info(f"the other {name} is gone; waited {waited_s:.1f} s for it")


def _count(node: Any) -> int:
    own = (node.get_name(), node.get_namespace())
    return int(node.get_node_names_and_namespaces().count(own))


def _full_name(node: Any) -> str:
    return f"{node.get_namespace().rstrip('/')}/{node.get_name()}"
