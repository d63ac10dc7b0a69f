"""What may go wrong on carla-ros-bridge while a policy drives, in the town.

World, policy and recorder are started as they are where the bridge runs already (bringup:=none):
with the contract's guards, the watchdog and its time-outs.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from afil_core import messages
from afil_core.contract import load_contract
from afil_core.episodes import list_episodes
from benchmarks.deploy.checkpoint import moving_checkpoint

CONTRACT = load_contract("carla")
CONTROL = CONTRACT.interface()[0]
EGO = "/carla/ego_vehicle"
OVERRIDE, MANUAL = f"{EGO}/vehicle_control_manual_override", f"{EGO}/vehicle_control_cmd_manual"
STATUS, STATUS_TYPE = f"{EGO}/vehicle_status", "carla_msgs/msg/CarlaEgoVehicleStatus"
# What the policy of this file presses, and the person.
POLICYS, PERSONS = 0.4, 0.75
SECOND = 1_000_000_000
REST_S = 0.3
# A machine that runs other tests meanwhile is late by itself; the make target is strict.
SLACK_S = 0.3
# What it makes late once is in time another time.
TRIES = 3
# How long a policy waits for a simulator's next frame.
PATIENCE_S = 5.0


class Onlooker:
    """Sees commands and what was applied, and can drive."""

    def __init__(self, peer) -> None:
        from rclpy.qos import DurabilityPolicy, QoSProfile
        from rosidl_runtime_py.utilities import get_message
        from std_msgs.msg import Bool

        self.ask, self._bool = peer.ask, Bool
        self.commands: list[tuple[float, float]] = []  # when, brake
        self.answered: list[int] = []  # stamps of the commands
        self.diagnosed = ""
        self.stamp_ns = 0
        self.braked_s = 0.0  # when the brake came to be pressed
        self.throttle = self.brake = -1.0
        hear = peer.node.create_subscription
        hear(get_message(CONTROL.type), CONTROL.topic, self._on_command, 50)
        hear(get_message(STATUS_TYPE), STATUS, self._on_status, 10)
        hear(
            get_message("diagnostic_msgs/msg/DiagnosticArray"), "/diagnostics", self._on_words, 10
        )
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        offer, kind = peer.node.create_publisher, get_message(CONTROL.type)
        self._override = offer(Bool, OVERRIDE, latched)
        self._manual = offer(kind, MANUAL, 10)

    def override(self, value: bool) -> None:
        self._override.publish(self._bool(data=value))

    def drive(self) -> None:
        self._manual.publish(CONTROL.encode(np.array([PERSONS, 0.0, 0.0]), self.stamp_ns))

    def _on_command(self, control) -> None:
        self.commands.append((time.monotonic(), control.brake))
        self.answered.append(messages.stamp_to_ns(control.header.stamp))

    def _on_status(self, status) -> None:
        if status.control.brake == 1.0 and self.brake < 1.0:
            self.braked_s = time.monotonic()
        self.throttle, self.brake = status.control.throttle, status.control.brake
        self.stamp_ns = messages.stamp_to_ns(status.header.stamp)

    def _on_words(self, array) -> None:
        for entry in array.status:
            if entry.name.endswith("policy"):
                self.diagnosed = entry.message


def until(condition, why, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, why()
        time.sleep(0.02)


class Drive:
    """A town, a policy that drives in it, and who looks on."""

    def __init__(self, processes, peer, folder: Path) -> None:
        self._processes = processes
        self.worlds = [self._world()]
        self.onlooker = Onlooker(peer)
        self._checkpoint = moving_checkpoint(folder / "checkpoint", CONTRACT)
        self.deploy()

    def deploy(self) -> None:
        """Start the policy."""
        self.launch = self._processes.Process(
            ["ros2", "launch", "afil_policy", "deploy.launch.py", "robot:=carla"]
            + ["bringup:=none", f"checkpoint:={self._checkpoint}"]
        )

    @property
    def world(self):
        return self.worlds[-1]

    def _world(self):
        return self._processes.Process(
            [sys.executable, str(Path(__file__).parent / "reloading_world.py"), "--ros-args"]
            + ["-p", "robot:=carla", "-p", "auto_reset:=true"]
        )

    def jump(self) -> None:
        """The world is loaded anew, and its time begins again."""
        before_ns = self.onlooker.stamp_ns
        self.onlooker.ask("/reload")
        until(lambda: self.onlooker.stamp_ns < before_ns, self.words)

    def restart(self) -> None:
        """The world goes away, and another one comes when the policy has brought it to rest."""
        before_ns = self.onlooker.stamp_ns
        self.world.stop()
        said, stopped_s = len(self.launch.output), time.monotonic()
        # Whom a guard had stopped already, on a busy machine, has no more to say.
        until(
            lambda: (
                "no command for too long" in self.launch.output[said:]
                or time.monotonic() > stopped_s + 2 * PATIENCE_S
            ),
            self.words,
        )
        self.worlds.append(self._world())
        until(lambda: self.onlooker.stamp_ns < before_ns, self.words)

    def until_the_policy_drives(self) -> None:
        """It may have to be reset, where a busy machine had the watchdog act."""
        for _ in range(12):
            if not self.launch.running:
                break
            try:
                until(lambda: abs(self.onlooker.throttle - POLICYS) < 0.05, str, 5.0)
                return
            except AssertionError:
                if "watchdog brought" in self.onlooker.diagnosed:
                    self.onlooker.ask("/policy_node/reset")
        raise AssertionError(self.words())

    def words(self) -> str:
        return "\n".join([self.onlooker.diagnosed, self.world.output, self.launch.output])

    def policy(self) -> int:
        """The process of the policy node."""
        for entry in Path("/proc").iterdir():
            try:
                program = (entry / "cmdline").read_bytes().split(b"--ros-args")[0]
                if os.getpgid(int(entry.name)) == self.launch.pid and b"policy_node" in program:
                    return int(entry.name)
            except (ValueError, OSError):
                continue
        raise AssertionError("no policy node runs")

    def close(self) -> None:
        self.launch.stop()
        for world in self.worlds:
            world.stop()


@pytest.fixture(scope="module")
def driven(processes, peer, tmp_path_factory):
    with peer("onlooker") as one:
        made = Drive(processes, one, tmp_path_factory.mktemp("driven"))
        yield made
        made.close()


def test_while_a_person_overrides_the_policy_it_is_silent_and_says_so(driven):
    seen = driven.onlooker
    driven.until_the_policy_drives()
    seen.override(True)
    until(lambda: f"a person drives ({OVERRIDE})" in seen.diagnosed, driven.words)
    frames = set()

    def person_drives():
        seen.drive()
        if abs(seen.throttle - PERSONS) < 0.01:
            frames.add(seen.stamp_ns)
        return len(frames) > 5

    until(person_drives, driven.words)
    assert seen.commands[-1][1] == 1.0, "its last word is the brake"
    silent = len(seen.commands)
    until(lambda: person_drives() and len(frames) > 12, driven.words)
    assert len(seen.commands) == silent
    seen.override(False)
    driven.until_the_policy_drives()
    assert len(seen.commands) > silent


@pytest.fixture(scope="module")
def recorder(driven, processes, tmp_path_factory):
    """A recorder beside them, and the dataset that it records to."""
    dataset = tmp_path_factory.mktemp("recorded") / "demos"
    driven.onlooker.override(True)  # The world waits while the recorder starts.
    launch = processes.Process(
        ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=carla", "bringup:=none"]
        + ["source:=external", "keys:=none", "instruction:=follow the road", f"dataset:={dataset}"]
    )
    try:
        launch.wait_for("recording to", 60)
        driven.onlooker.override(False)
        yield dataset
        driven.onlooker.ask("/record_node/quit", "over")
        assert launch.wait(30).code == 0
    finally:
        launch.stop()


def test_time_that_jumps_back_is_driven_on_and_marks_the_episode(driven, recorder):
    seen = driven.onlooker
    driven.until_the_policy_drives()
    policy = driven.policy()
    seen.ask("/record_node/start", "recording episode_000000")
    old_ns = max(seen.stamp_ns, 5 * SECOND) + SECOND
    until(lambda: seen.stamp_ns > old_ns, driven.words)
    count = len(seen.answered)
    driven.jump()
    driven.until_the_policy_drives()
    until(lambda: seen.stamp_ns > 2.5 * SECOND, driven.words)
    answered = seen.answered[count:]
    anew = next(k for k, stamp_ns in enumerate(answered) if stamp_ns < old_ns)
    assert len(answered) - anew > 5
    assert max(answered[anew:]) < old_ns, "a frame of the old world was answered in the new one"
    assert driven.policy() == policy
    assert "saved" in seen.ask("/record_node/save")
    (episode,) = list_episodes(recorder)
    assert episode.metadata.clock_steps > 0
    assert any("went back by" in p or "set back by" in p for p in episode.metadata.problems)
    stamps = [step.stamp_ns for step in episode.steps(streams=())]
    (jump,) = [k for k in range(1, len(stamps)) if stamps[k] < stamps[k - 1]]
    assert jump > 5 and len(stamps) - jump > 5, "both parts have steps, and none leads across"


def test_a_world_that_is_restarted_is_driven_on_and_costs_the_episode(driven, recorder):
    seen = driven.onlooker
    driven.until_the_policy_drives()
    seen.ask("/record_node/start", "recording episode_000001")
    # Later than any stamp that the new world may have when its clock is first heard.
    until(lambda: seen.stamp_ns > 10 * SECOND, driven.words)
    driven.restart()
    driven.until_the_policy_drives()
    answer = seen.ask("/record_node/save")
    assert "set aside" in answer and "nothing publishes /clock" in answer
    (episode,) = list_episodes(recorder / "set_aside")
    assert episode.metadata.clock_steps > 0
    assert any("clock was set back by" in p for p in episode.metadata.problems)


def test_a_policy_that_is_killed_leaves_a_car_that_brakes(driven):
    seen = driven.onlooker
    late_s: list[float] = []
    while not late_s or (min(late_s) > REST_S + SLACK_S and len(late_s) < TRIES):
        if late_s:
            driven.deploy()
        driven.until_the_policy_drives()
        noted = driven.world.output.count("no command came")
        killed_s = time.monotonic()
        os.kill(driven.policy(), signal.SIGKILL)
        until(lambda: seen.brake == 1.0, driven.words)
        late_s.append(seen.braked_s - killed_s)
        assert driven.launch.wait(60).code != 0
    assert min(late_s) <= REST_S + SLACK_S, late_s
    # The watchdog says it again: that answers no other frame, and the brake stays.
    assert "has its answer already" in driven.world.output
    until(lambda: driven.world.output.count("no command came") > noted + 1, driven.words)
    assert seen.brake == 1.0
