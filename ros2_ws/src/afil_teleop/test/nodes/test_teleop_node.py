"""Devices drive robots as processes: messages as pads and mice send them, over real DDS."""

import contextlib
import time

import numpy as np
import pytest
from afil_interfaces.msg import RecorderStatus
from geometry_msgs.msg import Twist
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosidl_runtime_py.utilities import get_message
from sensor_msgs.msg import Joy
from std_srvs.srv import Trigger

from afil_core.commander import COMMANDER_TYPE, Commander
from afil_core.contract import load_contract
from afil_core.episodes import list_episodes
from afil_core.testing import HOME, FrankaOnPaper
from afil_core.world_protocol import EPISODE_TOPIC, EPISODE_TYPE, EpisodeStatus

ENABLE, START, TAKE_OVER = 4, 7, 8


class Seen:
    """What arrives of one command of a contract, and when."""

    def __init__(self, person, command, topic=""):
        self.values = []
        self._command = command
        person.create_subscription(
            get_message(command.type),
            topic or command.topic,
            lambda cdr: self.values.append(command.decode(bytes(cdr)).value),
            QoSProfile(**command.qos.profile(depth=100)),
            raw=True,
        )

    @property
    def last(self):
        return self.values[-1]


class Pad:
    """A gamepad whose joy_node repeats itself at 20 Hz."""

    def __init__(self, person):
        self._person = person
        self._output = person.create_publisher(Joy, "joy", 5)
        self._axes, self._buttons, self.on = [0.0] * 8, [0] * 11, True
        person.create_timer(0.05, self._send)

    def hold(self, *buttons, **axes):
        self._buttons = [int(k in buttons) for k in range(11)]
        self._axes = [axes.get(f"a{k}", 0.0) for k in range(8)]

    def press_until(self, process, text, *buttons):
        """Press again where a busy machine had nobody read it in time."""
        while text not in process.output:
            self.press(*buttons)
            with contextlib.suppress(AssertionError):
                self._person.see(process, text, 12.0)

    def press(self, *buttons):
        before = self._buttons, self._axes
        self.hold(*buttons)
        self._person.wait(0.25)
        self._buttons, self._axes = before
        self._person.wait(0.25)

    def _send(self):
        if self.on:
            self._output.publish(Joy(axes=self._axes, buttons=self._buttons))


def rests(person, seen):
    """Whether what is commanded stays the same for a while."""
    before = seen.last
    person.wait(0.6)
    return seen.last == pytest.approx(before)


@pytest.fixture
def teleop(start, program):
    """Function that starts a teleoperation."""

    def run(*parameters):
        options = [part for text in parameters for part in ("-p", text)]
        process = start([*program("teleop_node"), *options])
        process.see("drives")
        return process

    return run


def test_a_gamepad_moves_an_arm_while_its_button_is_held(robot, teleop, meet):
    robot("--undriven")
    process = teleop("device:=gamepad")
    person = meet()
    pose = Seen(person, load_contract("franka").commands["pose"])
    pad = Pad(person)
    person.see(process, "the robot follows the device now")
    person.until(lambda: pose.values)
    rest = pose.last
    pad.hold(a1=1.0)
    person.wait(0.5)
    assert pose.last == pytest.approx(rest), "the dead-man's button is free"
    pad.hold(ENABLE, a1=1.0)
    person.until(lambda: pose.last[0] > rest[0] + 0.03)
    pad.on = False
    # How soon is held in test_gamepad.py, where no machine is late.
    person.until(lambda: rests(person, pose))
    assert not pose.last[1] - rest[1]


def test_while_the_recorder_resets_the_robot_teleoperation_commands_nothing(robot, teleop, meet):
    robot("--undriven")
    teleop("device:=gamepad")
    person = meet()
    pose = Seen(person, load_contract("franka").commands["pose"])
    pad, status = Pad(person), person.create_publisher(RecorderStatus, "record_node/status", 10)
    person.until(lambda: pose.values and status.get_subscription_count() > 0)
    pad.hold(ENABLE, a1=1.0)
    person.until(lambda: pose.last[0] > HOME[0] + 0.05)
    for _ in range(8):
        status.publish(RecorderStatus(phase=RecorderStatus.RESETTING))
        person.wait(0.2)
    count = len(pose.values)
    status.publish(RecorderStatus(phase=RecorderStatus.RESETTING))
    person.wait(0.6)
    assert len(pose.values) == count, "the stick is held all the time"
    pad.hold()
    person.wait(0.3)
    status.publish(RecorderStatus(phase=RecorderStatus.IDLE))
    person.until(lambda: len(pose.values) > count)
    assert pose.last == pytest.approx(HOME), "from where it is measured after that"


def test_a_spacemouse_moves_an_arm_and_records_an_episode(robot, recorder, teleop, meet, tmp_path):
    recorder()
    robot("--undriven")
    teleop("device:=spacemouse")
    person = meet()
    cap = person.create_publisher(Twist, "spacenav/twist", 10)
    buttons = person.create_publisher(Joy, "spacenav/joy", 10)

    def press(index):
        for pressed in (0, 1, 0):
            state = [pressed if k == index else 0 for k in range(2)]
            buttons.publish(Joy(buttons=state))
            person.wait(0.1)

    def push(seconds):
        message = Twist()
        message.linear.z = 0.5
        for _ in range(round(seconds / 0.05)):
            cap.publish(message)
            person.wait(0.05)

    # A second press too soon would save what the first one started.
    for _ in range(12):
        press(1)
        with contextlib.suppress(AssertionError):
            person.until(lambda: list((tmp_path / "demos").glob(".partial/episode_*")), 1.5)
            break
    push(1.5)
    press(0)
    push(0.5)
    for _ in range(4):
        press(1)
        with contextlib.suppress(AssertionError):
            person.until(lambda: list((tmp_path / "demos").glob("episode_*")), 15.0)
            break
    (episode,) = list_episodes(tmp_path / "demos")
    actions = np.array([step.action for step in episode.steps()])
    assert actions[:, 2].sum() > 0.05, "up"
    assert abs(actions[:, :2]).max() == 0.0
    assert actions[0, 6] > 0.07 and actions[-1, 6] < 0.01, "the gripper closed"
    assert episode.metadata.success


def test_a_gamepad_drives_a_car_which_brakes_in_silence(teleop, meet):
    process = teleop("robot:=carla", "device:=gamepad")
    person = meet()
    control = Seen(person, load_contract("carla").commands["vehicle"])
    pad = Pad(person)
    person.until(lambda: control.values)
    np.testing.assert_allclose(control.last, [0, 0, 1], err_msg="nobody drives")
    pad.hold(ENABLE, a0=0.5, a5=-0.2, a2=1.0)
    person.until(lambda: control.last[0] > 0)
    np.testing.assert_allclose(control.last, [0.6, -0.5, 0], atol=1e-6)
    pad.on = False
    person.until(lambda: control.last[2] == 1.0)
    pad.on = True
    person.until(lambda: control.last[0] > 0)
    process.stop()
    person.until(lambda: control.last[2] == 1.0)
    assert control.last[0] == 0.0, "teleoperation ends: nobody drives on"


def test_a_person_takes_over_from_a_policy_and_hands_back(robot, recorder, teleop, meet, tmp_path):
    contract = load_contract("franka")
    recorder()
    robot("--undriven")
    process = teleop("device:=gamepad", "takeover:=true")
    person = meet()
    paper = FrankaOnPaper(contract)
    # As far ahead of the arm as a policy's target may be: three steps.
    resets, target = [], [HOME + [0.14, 0.015, 0, 0, 0, 0, 0]]
    policy = {
        topic: person.create_publisher(get_message(kind), f"/policy{topic}", 1)
        for topic, kind in (
            ("/target_pose", contract.commands["pose"].type),
            ("/gripper_position_controller/commands", contract.commands["gripper"].type),
        )
    }

    def reset(_, response):
        resets.append(True)
        # As a policy that begins anew from what is measured.
        target[0] = HOME + [0, 0.01, 0, 0, 0, 0, 0]
        response.success = True
        return response

    def act():
        for topic, cdr in paper.command(time.time_ns(), target[0], width=0.0):
            policy[topic].publish(cdr)

    person.create_service(Trigger, "policy_node/reset", reset)
    person.create_timer(0.1, act)
    pose = Seen(person, contract.commands["pose"])
    grip = Seen(person, contract.commands["gripper"])
    pad = Pad(person)
    person.ask_until("start", ["recording episode_000000"])
    person.until(lambda: pose.values and grip.values)
    person.until(lambda: pose.last == pytest.approx(target[0]))  # passed on
    person.wait(1.0)

    pad.hold(ENABLE, a4=1.0)
    person.see(process, "the person commands now")
    person.wait(1.0)
    person.until(lambda: pose.last[2] > HOME[2] + 0.02)
    pad.hold()
    person.wait(0.5)
    assert abs(pose.last[1]) < 0.01, "it starts from where the arm is measured"
    assert grip.last == pytest.approx([0.0]), "the hand stays as the policy had it"

    pad.press_until(process, "the policy commands now", TAKE_OVER)
    person.until(lambda: resets and pose.last == pytest.approx(target[0]))
    person.wait(0.5)
    assert abs(pose.values[-1][2] - HOME[2]) < 1e-6
    assert person.ask("save").success, "the robot heard one node alone"
    (episode,) = list_episodes(tmp_path / "demos")
    reader = episode.steps()
    found = [step.commander for step in reader]
    assert "another took over" in reader.left_out.summary()
    # A frame may come before the first word on who commands; after that every step knows.
    known = found[1:] if found[0] is None else found
    assert known[0] is known[-1] is Commander.POLICY
    assert known.count(Commander.HUMAN) > 8 and None not in known

    said = []
    latched = QoSProfile(depth=9, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    person.create_subscription(
        get_message(COMMANDER_TYPE), "/commander", lambda m: said.append(m.commander), latched
    )
    world = person.create_publisher(get_message(EPISODE_TYPE), EPISODE_TOPIC, latched)
    person.until(lambda: said and world.get_subscription_count() > 0)
    world.publish(EpisodeStatus(7, 7, "running", False, 0, 0).encode())
    person.until(lambda: len(resets) == 2)
    person.until(lambda: said[-2:] == [2, 0])  # nobody, then the policy, which began anew


def test_who_commands_a_car_is_the_bridges_override(teleop, meet):
    process = teleop("robot:=carla", "device:=gamepad", "takeover:=true")
    person = meet()
    prefix = "/carla/ego_vehicle/vehicle_control"
    contract = load_contract("carla")
    mine = Seen(person, contract.commands["vehicle"], f"{prefix}_cmd_manual")
    policys = Seen(person, contract.commands["vehicle"])
    override = []
    person.create_subscription(
        get_message("std_msgs/msg/Bool"),
        f"{prefix}_manual_override",
        lambda message: override.append(message.data),
        QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL),
    )
    pad = Pad(person)
    person.until(lambda: override)
    assert override == [False] and mine.values == []
    pad.hold(ENABLE, a5=-1.0)
    person.see(process, "the person commands now")
    person.until(lambda: mine.values and mine.last[0] == 1.0)
    assert override[-1] is True
    pad.hold()
    person.until(lambda: mine.last[2] == 1.0)
    pad.press(TAKE_OVER)
    person.until(lambda: override[-1] is False)
    count = len(mine.values)
    person.wait(0.5)
    assert len(mine.values) == count and policys.values == []
