from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from afil_core import messages
from afil_core.actions import apply_delta
from afil_core.codecs import (
    decode_float_array,
    decode_pose,
    encode_image,
    encode_joint_state,
    encode_pose,
)
from afil_core.contract import Contract, load_contract, parse_contract
from afil_core.errors import AfilError
from afil_core.testing import READY_JOINTS
from afil_policy.data.cache import open_cache
from afil_policy.deploy.adapters import Command, build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.diagnostics import TYPE, encode_diagnostics
from afil_policy.deploy.latency import LatencyMonitor
from afil_policy.deploy.limits import ActionLimits
from afil_policy.deploy.preflight import check_deployment
from afil_policy.deploy.runner import PolicyRunner
from afil_policy.deploy.status import TYPE as STATUS_TYPE
from afil_policy.deploy.status import encode_status
from afil_policy.deploy.watchdog import Watchdog
from afil_policy.training.config import TrainConfig

PERIOD_NS = 100_000_000
CAMERA = "camera_color_optical_frame"
HOME = np.array([0.5, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])
STEP = np.array([0.01, 0.0, -0.02, 0.0, 0.0, 0.0, 0.06])


class Scripted:
    """Answers with a given action."""

    def __init__(self, action: NDArray[np.float64] = STEP) -> None:
        self.action = action
        self.seen: list[dict[str, NDArray[Any]]] = []

    def act(self, observations: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
        self.seen.append(observations)
        return self.action


class Robot:
    """A robot on paper: sends its state to a controller and keeps the commands."""

    def __init__(self, contract: Contract, policy: Scripted, watchdog_s: float = 0.5) -> None:
        self.contract = contract
        self.wall_s = 100.0
        limits = ActionLimits(contract)
        self.controller = PolicyController(
            policy,
            contract,
            build_adapter(contract, "", limits),
            limits,
            watchdog_timeout_s=watchdog_s,
            wall_s=lambda: self.wall_s,
        )

    def frame(
        self,
        k: int,
        pose: NDArray[np.float64] = HOME,
        *,
        without: tuple[str, ...] = (),
        late_ns: int = 0,
    ) -> list[Command]:
        stamp = k * PERIOD_NS
        joints = self.contract.stream("joint_positions").joints
        fingers = self.contract.stream("gripper_width").joints
        sent = {
            "ee_pose": encode_pose(pose, stamp, "fr3_link0"),
            "joint_positions": encode_joint_state(joints, READY_JOINTS, stamp),
            "gripper_width": encode_joint_state(fingers, np.array([0.04, 0.04]), stamp),
            "front_image": encode_image(np.zeros((240, 320, 3), np.uint8), stamp, CAMERA),
        }
        commands = []
        for name, cdr in sent.items():
            if name not in without:
                self.controller.receive(name, cdr, stamp + late_ns)
                commands += self.controller.poll(stamp + late_ns)
        return commands


def poses(commands: list[Command]) -> list[NDArray[np.float64]]:
    return [decode_pose(c.cdr).value for c in commands if c.topic == "/target_pose"]


def test_each_frame_is_answered_by_the_gripper_and_then_the_pose(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    commands = robot.frame(3)
    assert [c.topic for c in commands] == [
        "/gripper_position_controller/commands",
        "/target_pose",
    ]
    assert decode_float_array(commands[0].cdr).tolist() == [0.08]
    pose = decode_pose(commands[1].cdr)
    assert pose.stamp_ns == 3 * PERIOD_NS
    np.testing.assert_allclose(pose.value, apply_delta(HOME, STEP[:6]), atol=1e-12)


def test_deltas_add_up_on_the_last_target_and_not_on_the_sagging_arm(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    sagging = HOME - np.array([0, 0, 0.01, 0, 0, 0, 0])
    robot.frame(1, HOME)
    target = poses(robot.frame(2, sagging))[0]
    np.testing.assert_allclose(target[:3], HOME[:3] + 2 * STEP[:3], atol=1e-12)
    robot.controller.reset()
    target = poses(robot.frame(3, sagging))[0]
    np.testing.assert_allclose(target[:3], sagging[:3] + STEP[:3], atol=1e-12)


def test_after_a_gap_the_target_starts_from_the_measured_pose(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1, HOME)
    elsewhere = HOME + np.array([0.1, 0.1, 0, 0, 0, 0, 0])
    target = poses(robot.frame(12, elsewhere))[0]
    np.testing.assert_allclose(target[:3], elsewhere[:3] + STEP[:3], atol=1e-12)


def test_a_missing_or_stale_stream_gives_no_command_but_a_reason(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1, without=("ee_pose",)) == []
    assert robot.controller.poll(PERIOD_NS + 60_000_000) == []
    assert "ee_pose" in (robot.controller.status.problem or "")
    assert robot.frame(2) != []
    assert robot.controller.status.problem is None
    assert robot.frame(9, without=("gripper_width",)) == []
    assert robot.controller.poll(9 * PERIOD_NS + 60_000_000) == []
    assert "gripper_width" in (robot.controller.status.problem or "")


def test_an_old_frame_gives_no_command(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1, late_ns=400_000_000) == []
    assert "0.400 s away" in (robot.controller.status.problem or "")
    assert robot.frame(20, late_ns=-400_000_000) == []
    assert "clocks" in (robot.controller.status.problem or "")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_action_that_is_not_finite_is_refused_by_name(contract: Contract, bad: float) -> None:
    action = STEP.copy()
    action[4] = bad
    robot = Robot(contract, Scripted(action))
    assert robot.frame(1) == []
    assert "not finite in ry" in (robot.controller.status.problem or "")
    assert robot.controller.status.refusals == 1


def test_a_malformed_message_is_a_refusal_and_no_crash(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    assert robot.frame(1) != []
    robot.controller.receive("ee_pose", b"\x00\x01\x00\x00abc", 2 * PERIOD_NS)
    assert robot.frame(2, without=("ee_pose",)) == []
    assert robot.controller.status.refusals == 1
    assert "is not a valid geometry_msgs" in (robot.controller.status.problem or "")
    assert robot.frame(3) != []


def test_a_binary_gripper_goes_over_only_when_the_policy_is_decided(contract: Contract) -> None:
    policy = Scripted()
    robot = Robot(contract, policy)
    sent = []
    for k, width in enumerate((0.07, 0.039, 0.033, 0.031, 0.041, 0.047, 0.049)):
        policy.action = np.concatenate([STEP[:6] * 0, [width]])
        sent.append(decode_float_array(robot.frame(k + 1)[0].cdr).item())
    assert sent == [0.08, 0.08, 0.08, 0.0, 0.0, 0.0, 0.08]


def test_steps_and_ranges_are_clipped(contract: Contract) -> None:
    wild = np.array([0.5, -0.5, 0.5, 1.0, 1.0, 1.0, 0.5])
    robot = Robot(contract, Scripted(wild))
    commands = robot.frame(1)
    assert decode_float_array(commands[0].cdr).tolist() == [0.08]
    step = poses(commands)[0][:3] - HOME[:3]
    assert np.linalg.norm(step) == pytest.approx(0.05)
    assert robot.controller.status.clipped > 0


def test_targets_stay_in_the_workspace_and_near_the_arm(contract: Contract) -> None:
    down = np.array([0, 0, -0.05, 0, 0, 0, 0.08])
    robot = Robot(contract, Scripted(down))
    low = HOME.copy()
    low[2] = 0.03
    assert poses(robot.frame(1, low))[0][2] == pytest.approx(0.01)
    blocked = Robot(contract, Scripted(down))
    heights = [poses(blocked.frame(k, HOME))[0][2] for k in range(1, 8)]
    assert min(heights) == pytest.approx(0.3 - 0.15)


def test_an_arm_outside_of_the_workspace_does_not_start(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    far = HOME + np.array([0.4, 0, 0, 0, 0, 0, 0])
    assert robot.frame(1, far) == []
    assert "outside of the workspace" in (robot.controller.status.problem or "")


def test_an_arm_that_strays_out_of_the_workspace_is_led_back(contract: Contract) -> None:
    robot = Robot(contract, Scripted(np.array([0.05, 0, 0, 0, 0, 0, 0.08])))
    robot.frame(1)
    astray = HOME + np.array([0.45, 0, 0, 0, 0, 0, 0])
    target = poses(robot.frame(2, astray))[0]
    assert target[0] == pytest.approx(0.95 - 0.15)
    assert poses(robot.frame(3, target))[0][0] == pytest.approx(0.75)


def test_the_watchdog_holds_the_measured_pose_once(contract: Contract) -> None:
    robot = Robot(contract, Scripted(), watchdog_s=0.1)
    robot.frame(1)
    robot.wall_s += 0.12
    commands = robot.controller.poll(2 * PERIOD_NS)
    np.testing.assert_allclose(poses(commands)[0], HOME)
    robot.wall_s += 1.0
    assert robot.controller.poll(9 * PERIOD_NS) == []
    assert robot.controller.status.stops == 1


def test_stopping_without_a_fresh_pose_sends_nothing(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1)
    robot.wall_s += 10.0
    assert robot.controller.stop(PERIOD_NS) == []


def test_frames_that_were_overtaken_are_not_answered(contract: Contract) -> None:
    robot = Robot(contract, Scripted())
    robot.frame(1, without=("ee_pose",))
    robot.frame(2, without=("ee_pose",))
    pose = encode_pose(HOME, 2 * PERIOD_NS, "fr3_link0")
    robot.controller.receive("ee_pose", pose, 2 * PERIOD_NS)
    commands = robot.controller.poll(2 * PERIOD_NS)
    assert [decode_pose(c.cdr).stamp_ns for c in commands[1:]] == [2 * PERIOD_NS]
    assert robot.controller.status.refusals == 1


def test_diagnostics_tell_state_reason_and_latency(contract: Contract) -> None:
    robot = Robot(contract, Scripted())

    def entry(state: str) -> Any:
        cdr = encode_diagnostics(
            5, node="policy_node", state=state, checkpoint="x", status=robot.controller.status
        )
        return messages.deserialize(cdr, TYPE).status[0]

    assert (entry("active").level, entry("active").message) == (2, "no frame has arrived yet")
    robot.frame(1)
    assert (entry("active").level, entry("active").message) == (0, "commanding")
    assert entry("inactive").level == 1
    keys = {v.key: v.value for v in entry("active").values}
    assert keys["commands"] == "1"
    assert "frame to command p99 (ms)" in keys


def test_the_status_message_tells_counts_problem_and_latency(contract: Contract) -> None:
    robot = Robot(contract, Scripted())

    def read(state: str, status: Any) -> Any:
        cdr = encode_status(5_000_000_001, state=state, checkpoint="x", status=status)
        return messages.deserialize(cdr, STATUS_TYPE)

    assert read("active", robot.controller.status).problem == "no frame has arrived yet"
    robot.frame(1)
    status = read("active", robot.controller.status)
    assert (status.stamp.sec, status.stamp.nanosec, status.checkpoint) == (5, 1, "x")
    assert status.state == status.ACTIVE and status.problem == ""
    assert (status.commands, status.refusals, status.stops) == (1, 0, 0)
    assert status.frame_to_command.count == 1 and status.frame_to_command.p99 >= 0
    idle = read("unconfigured", None)
    assert idle.state == idle.UNCONFIGURED and idle.frame_to_command.count == 0
    assert idle.problem == "unconfigured: nothing is commanded"


def test_latency_percentiles_come_from_the_window_alone() -> None:
    monitor = LatencyMonitor(window=100)
    assert monitor.summary() is None
    for value in [99.0] * 50 + list(range(101)):
        monitor.add(float(value))
    summary = monitor.summary()
    assert summary is not None
    assert (summary.p50_s, summary.count) == (50.5, 100)


def test_a_watchdog_that_was_never_fed_does_not_bark() -> None:
    watchdog = Watchdog(1.0)
    assert not watchdog.expired(1e9)
    watchdog.feed(0.0)
    assert not watchdog.expired(1.0)
    assert watchdog.expired(1.1)
    assert not watchdog.expired(5.0)


@pytest.mark.parametrize("interface", ["twist", "joint"])
def test_an_interface_without_adapter_says_which_there_are(
    contract: Contract, interface: str
) -> None:
    with pytest.raises(AfilError, match=f"'{interface}'.*pose, vehicle"):
        build_adapter(contract, interface, ActionLimits(contract))


def test_a_vehicle_is_driven_within_its_ranges_and_stopped_by_the_brake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = (
        "std_msgs/Header header\nfloat32 throttle\nfloat32 steer\nfloat32 brake\n"
        "bool hand_brake\nbool reverse\nint32 gear\nbool manual_gear_shift\n"
    )
    share = tmp_path / "share" / "carla_msgs" / "msg"
    share.mkdir(parents=True)
    (share / "CarlaEgoVehicleControl.msg").write_text(definition)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    carla = load_contract("carla")
    limits = ActionLimits(carla)
    adapter = build_adapter(carla, "", limits)
    action = limits.action(np.array([1.7, -0.5, -0.2]))
    kind = "carla_msgs/msg/CarlaEgoVehicleControl"
    drive = messages.deserialize(adapter.commands(action, {}, 7)[0].cdr, kind)
    assert (drive.throttle, drive.steer, drive.brake) == (1.0, -0.5, 0.0)
    stop = messages.deserialize(adapter.stop({}, 8)[0].cdr, kind)
    assert (stop.throttle, stop.brake) == (0.0, 1.0)


@pytest.fixture(scope="module")
def checkpoint(
    contract: Contract,
    tmp_path_factory: pytest.TempPathFactory,
    write_checkpoint: Callable[..., Path],
    small: TrainConfig,
) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("run") / "checkpoint", small, contract)


def test_a_runner_acts_on_a_dataset_and_shows_where_it_looks(
    checkpoint: Path, contract: Contract, dataset: Path, tmp_path: Path
) -> None:
    runner = PolicyRunner(checkpoint.parent, contract)
    assert runner.warm_up() > 0
    observations = {
        "front_image": np.zeros((240, 320, 3), np.uint8),
        "ee_pose": HOME,
        "gripper_width": np.array([0.08]),
        "joint_positions": np.zeros(7),
    }
    action = runner.act(observations)
    assert action.shape == (7,)
    assert np.isfinite(action).all()
    assert runner.attention(observations).shape == (6, 8)
    cache = open_cache(dataset, runner.checkpoint.config.data, tmp_path, needs_saliency=False)
    assert cache.contract == runner.contract


def test_a_checkpoint_of_another_contract_is_refused_line_by_line(
    checkpoint: Path, contract: Contract, tmp_path: Path
) -> None:
    data = yaml.safe_load(contract.to_yaml())
    data["control_rate_hz"] = 20.0
    data["observations"]["front_image"]["topic"] = "/other/image"
    text = yaml.safe_dump(data)
    (tmp_path / "other.yaml").write_text(text)
    with pytest.raises(AfilError) as error:
        PolicyRunner(checkpoint, parse_contract(text, "other.yaml"))
    for word in ("control_rate_hz: 10.0 != 20.0", "front_image.topic", "/other/image"):
        assert word in str(error.value)
    with pytest.raises(AfilError, match="control_rate_hz"):
        check_deployment(str(checkpoint), str(tmp_path / "other.yaml"))


def test_preflight_says_what_is_wrong_before_anything_starts(
    checkpoint: Path, tmp_path: Path
) -> None:
    assert check_deployment(str(checkpoint.parent), "franka") == checkpoint
    with pytest.raises(AfilError, match="trained for another contract"):
        check_deployment(str(checkpoint), "carla")
    with pytest.raises(AfilError, match="holds no checkpoint"):
        check_deployment(str(tmp_path), "franka")
    with pytest.raises(AfilError, match="checkpoint:= is empty"):
        check_deployment("", "franka")
