"""Peers on the real rclpy, whose Python EMBEDDED_ROS2_REAL_PYTHON names; without it, no tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REAL = "EMBEDDED_ROS2_REAL_PYTHON"
PEER = Path(__file__).with_name("fast_dds_peer.py")


class Peer:
    """A process with a role of ``fast_dds_peer.py``."""

    def __init__(self, python, role, *arguments, **environment):
        self.process = subprocess.Popen(
            [python, str(PEER), role, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )

    def line(self):
        """Next line that it prints."""
        return self.process.stdout.readline().strip()

    def end(self, timeout=60.0):
        """Wait for its end; stdout and stderr."""
        return self.process.communicate(timeout=timeout)

    def kill(self):
        """End it now; stdout and stderr."""
        self.process.kill()
        return self.process.communicate()


@pytest.fixture
def start():
    """Function: starts a role on the ``real`` rclpy or on ``ours``."""
    if REAL not in os.environ:
        pytest.skip(f"{REAL} names no Python with a real rclpy; 'make test-wheels' makes one")
    peers = []

    def run(which, role, *arguments, **environment):
        python = os.environ[REAL] if which == "real" else sys.executable
        peers.append(Peer(python, role, *arguments, **environment))
        return peers[-1]

    yield run
    for peer in peers:
        peer.kill()


@pytest.fixture
def name(request):
    """Topic or service that no other test has."""
    return f"/interop_{os.getpid()}_{request.node.name.split('[')[0]}"
