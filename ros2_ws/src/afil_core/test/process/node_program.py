"""Nodes in a process of their own, for test_node_main; the first argument says which.

What takes a while takes until the test lets it go on, by a line or the end of stdin.
"""

from __future__ import annotations

import os
import sys
import time

import rclpy
from rclpy.node import Node

from afil_core.errors import AfilError
from afil_core.process.node_main import run_node


def say(line: str) -> None:
    # In one piece: print() writes the end of the line by itself where Python does not buffer, and
    # several processes write into one pipe.
    os.write(1, f"{line}\n".encode())


class ProgramNode(Node):
    """Does what its way says."""

    def __init__(self, way: str) -> None:
        super().__init__("program")
        self._way = way
        self.declare_parameter("rate", 1.0)
        self.turns = 0
        self.asked = False
        if way == "slow":
            say("making")
            time.sleep(30.0)
        if way not in ("idle", "lingering"):
            self.create_timer(0.05, getattr(self, f"_{way}"))

    def is_over(self) -> bool:
        """Say once that the first turn comes."""
        if not self.asked:
            say("ready")
        self.asked = True
        return self.turns >= 2

    def close(self) -> None:
        if self._way == "lingering":
            say("closing")
            sys.stdin.readline()
        say("closed while ROS works" if rclpy.ok() else "closed")

    def _busy(self) -> None:
        say("in the callback")
        sys.stdin.readline()
        say("callback done")

    def _hanging(self) -> None:
        say("in the callback")
        time.sleep(30.0)

    def _counting(self) -> None:
        self.turns += 1

    def _failing(self) -> None:
        raise AfilError("the camera is gone")

    def _quitting(self) -> None:
        rclpy.shutdown()


def many(domains: list[str]) -> int:
    """Idle nodes, each a process and in a domain of its own; their imports are made once."""
    nodes = []
    for domain in domains:
        pid = os.fork()
        if not pid:
            os.environ["ROS_DOMAIN_ID"] = domain
            return run("idle")
        nodes.append(pid)
    say(" ".join(map(str, nodes)))
    say(str([os.waitstatus_to_exitcode(os.waitpid(node, 0)[1]) for node in nodes]))
    return 0


def run(way: str) -> int:
    return run_node(
        lambda: ProgramNode(way),
        is_over=ProgramNode.is_over,
        close=ProgramNode.close,
        exit_code=lambda node: 3 if node.turns else 0,
    )


if __name__ == "__main__":
    way, *domains = sys.argv[1].split(",")
    sys.exit(many(domains) if domains else run(way))
