"""Policy, watchdog and mock robot, run together as they are on a robot."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rclpy

from afil_core import messages
from afil_core.contract import Contract
from afil_core.testing import ros_environment
from afil_core.testing.domains import claim_domain
from afil_policy.deploy import status
from benchmarks.deploy.checkpoint import SMALL, moving_checkpoint
from benchmarks.deploy.mock_franka import MockFranka

START_S = 150.0


class Rig:
    """A deployed policy on a mock robot.

    Args:
        folder: Where checkpoint and logs lie.
        contract: The robot's contract.
        interface: Command interface.
        parameters: More parameters of the policy node.
        configuration: Training configuration of the checkpoint.
        watched: Whether there is a watchdog.
        robot: Options of the mock robot.
    """

    def __init__(
        self,
        folder: Path,
        contract: Contract,
        *,
        interface: str = "pose",
        parameters: tuple[str, ...] = (),
        configuration: str = SMALL,
        watched: bool = True,
        robot: dict[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        self.fault_file = folder / "fault"
        self.fault_file.write_text("")
        self.contract_file = folder / "robot.yaml"
        self.contract_file.write_text(contract.to_yaml())
        self.checkpoint = folder / "checkpoint"
        if not self.checkpoint.exists():
            moving_checkpoint(self.checkpoint, contract, configuration)
        self.robot = MockFranka(contract, **(robot or {}))
        self.problem = ""
        self._latency: Any = None
        node = self.robot.node
        from rosidl_runtime_py.utilities import get_message
        from std_srvs.srv import Trigger

        self._trigger = Trigger
        node.create_subscription(
            get_message(status.TYPE), "policy_node/status", self._on_status, 10, raw=True
        )
        node.create_subscription(
            get_message("afil_interfaces/msg/PolicyLatency"),
            "policy_node/latency",
            self._on_latency,
            10,
        )
        self.clients = {
            name: node.create_client(Trigger, f"policy_node/{name}")
            for name in ("start", "stop", "reset", "recover")
        }
        self.watchdog = None
        if watched:
            options = ("timeout_s:=0.2", f"command_interface:={interface}")
            self.watchdog = self._start("afil_policy.nodes.watchdog_node", *options)
        self.policy = self._start(
            "benchmarks.deploy.faulty_policy",
            f"checkpoint:={self.checkpoint}",
            f"command_interface:={interface}",
            f"require_watchdog:={str(watched).lower()}",
            *parameters,
        )

    def wait_until_moving(self, timeout_s: float = START_S) -> None:
        """Wait until the policy moves the robot; a reset is asked for where it does not.

        Raises:
            RuntimeError: When it does not.
        """
        end_s = time.monotonic() + timeout_s
        while not self.robot.wait_until(self.robot.is_moved, 2.0):
            if time.monotonic() > end_s or self.policy.poll() is not None:
                raise RuntimeError(f"the robot is not moved: {self.problem}; {self.log()}")
            self.call("reset")

    def call(self, name: str) -> None:
        """Call a service of the policy node; the answer is not waited for."""
        self.clients[name].call_async(self._trigger.Request())

    @property
    def latency(self) -> Any:
        """The newest ``PolicyLatency``."""
        return self._latency

    def log(self) -> str:
        """The last lines that the processes wrote."""
        return " | ".join(
            line
            for path in sorted(self.folder.glob("*.log"))
            for line in path.read_text(errors="replace").splitlines()[-3:]
        )

    def close(self) -> None:
        """End everything."""
        for process in (self.policy, self.watchdog):
            if process is None or process.poll() is not None:
                continue
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.robot.close()

    def _start(self, module: str, *parameters: str) -> subprocess.Popen[bytes]:
        given = [w for p in (f"robot:={self.contract_file}", *parameters) for w in ("-p", p)]
        log = (self.folder / f"{module.rpartition('.')[2]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", module, "--ros-args", *given],
                env={**os.environ, "AFIL_FAULT": str(self.fault_file), "OMP_NUM_THREADS": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=Path(__file__).resolve().parents[2],
            )

    def _on_status(self, cdr: bytes) -> None:
        self.problem = str(messages.deserialize(bytes(cdr), status.TYPE).problem)

    def _on_latency(self, message: Any) -> None:
        self._latency = message


@contextlib.contextmanager
def domain() -> Iterator[None]:
    """A ROS domain that nobody had before: who was killed in another is not in its graph."""
    given = {**ros_environment(), "ROS_DOMAIN_ID": str(claim_domain())}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    rclpy.init()
    try:
        yield
    finally:
        rclpy.try_shutdown()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def rig(contract: Contract, **options: Any) -> Iterator[Rig]:
    """A rig in a folder of its own, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="afil_deploy_") as folder:
        made = Rig(Path(folder), contract, **options)
        try:
            yield made
        finally:
            made.close()
