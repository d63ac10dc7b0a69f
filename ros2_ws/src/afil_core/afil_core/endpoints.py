"""Publishers and subscriptions of other nodes, as the ROS graph tells of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

# What rclpy says where it knows an endpoint and not yet its node. On Fast DDS both come by
# themselves, and the node's name may be seconds late.
_UNNAMED = "_NODE_NAME_UNKNOWN_"


class Introductions:
    """Leaves out endpoints whose node is not known yet.

    One that stays without a name is no ROS node, but a program of its own on the same topic:
    it counts once it has been there for some time.

    Args:
        patience_s: How long an endpoint may be without a name.
        now_s: Clock; a steady one.
    """

    def __init__(
        self, patience_s: float = 5.0, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._patience_s, self._now_s = patience_s, now_s
        self._since: dict[bytes, float] = {}
        self._counted: set[bytes] = set()

    def known(self, infos: Iterable[Any]) -> list[Any]:
        """Those of ``rclpy``'s ``TopicEndpointInfo`` that count."""
        found, now = [], self._now_s()
        for info in infos:
            gid = bytes(info.endpoint_gid)
            age_s = now - self._since.setdefault(gid, now)
            if info.node_name != _UNNAMED or age_s >= self._patience_s:
                self._counted.add(gid)
            if gid in self._counted:
                found.append(info)
        return found
