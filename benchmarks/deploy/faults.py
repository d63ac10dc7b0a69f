"""The faults of the table: how each is made, and what must happen."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from afil_core import messages
from afil_core.codecs import encode_image
from benchmarks.deploy.faulty_policy import HANGS_SINCE
from benchmarks.deploy.mock_franka import MOVE, REFLEX, Faults
from benchmarks.deploy.rig import Rig

REST_S = 0.3
_SETTLE_S = 1.2


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        name: In words.
        make: Makes it.
        says: What the policy node's problem must name; empty where the process can't speak.
        rests: Whether the robot must come to rest; else it must go on, within its limits.
        either: Whether it may do either, as long as it says why it rests.
        ends: Whether a process is gone after it.
    """

    name: str
    make: Callable[[Rig], None]
    says: str = ""
    rests: bool = True
    either: bool = False
    ends: bool = False


@dataclass(frozen=True)
class Outcome:
    """What a fault led to.

    Attributes:
        fault: The fault.
        rest_s: From the fault to the first command at rest, as the robot heard it, s; where none
            came, how long one was waited for.
        problem: What the policy node said.
        ok: Whether that is what must happen.
    """

    fault: Fault
    rest_s: float
    problem: str
    ok: bool


def robot_fault(**changes: object) -> Callable[[Rig], None]:
    """A fault of the robot's own messages."""

    def make(rig: Rig) -> None:
        rig.robot.faults = replace(Faults(), **changes)  # type: ignore[arg-type]

    return make


def policy_fault(name: str) -> Callable[[Rig], None]:
    """A fault inside of the policy's process."""
    return lambda rig: (rig.fault_file.write_text(name), None)[1]


def kill(which: str, number: signal.Signals) -> Callable[[Rig], None]:
    """A signal to a process."""
    return lambda rig: getattr(rig, which).send_signal(number)


def other_encoding(rig: Rig) -> None:
    """A camera that was set to another encoding."""
    import numpy as np

    stream = rig.robot.contract.images[0]
    height, width, _ = stream.shape

    def change(cdr: bytes) -> bytes:
        del cdr
        gray = np.random.default_rng().integers(0, 255, (height, width), np.uint8)
        return encode_image(gray, time.time_ns(), stream.frame, "mono8")

    robot_fault(change_image=change)(rig)


def other_size(rig: Rig) -> None:
    """A camera that was set to another size."""
    import numpy as np

    stream = rig.robot.contract.images[0]

    def change(cdr: bytes) -> bytes:
        del cdr
        picture = np.random.default_rng().integers(0, 255, (60, 80, 3), np.uint8)
        return encode_image(picture, time.time_ns(), stream.frame)

    robot_fault(change_image=change)(rig)


def empty_image(rig: Rig) -> None:
    """A camera that sends images without a pixel."""
    stream = rig.robot.contract.images[0]

    def change(cdr: bytes) -> bytes:
        del cdr
        header = messages.header(time.time_ns(), stream.frame)
        return messages.serialize(messages.new(stream.type, header=header, encoding="rgb8"))

    robot_fault(change_image=change)(rig)


def cut_image(rig: Rig) -> None:
    """A camera whose images have fewer bytes than their size says."""
    stream = rig.robot.contract.images[0]

    def change(cdr: bytes) -> bytes:
        image = messages.deserialize(cdr, stream.type)
        image.data = image.data[:2000]
        return messages.serialize(image)

    robot_fault(change_image=change)(rig)


def second_commander(rig: Rig) -> None:
    """Another node that publishes on the command topic."""
    import rclpy
    from rosidl_runtime_py.utilities import get_message

    pose = rig.robot.contract.commands["pose"]
    rig.intruder = rclpy.create_node("intruder")  # type: ignore[attr-defined]
    rig.intruder.create_publisher(  # type: ignore[attr-defined]
        get_message(pose.type), pose.topic, 1
    )


RECOVERABLE = (
    Fault("camera stops", robot_fault(camera=False), "no tick"),
    Fault("camera freezes with fresh stamps", robot_fault(frozen=True), "frozen"),
    Fault("stamps from the past", robot_fault(stamp_offset_s=-10.0), "clock"),
    Fault("stamps from the future", robot_fault(stamp_offset_s=10.0), "clock"),
    Fault("stamps of zero", robot_fault(zero_stamps=True), "stamp 0"),
    Fault("clock jumps forward", policy_fault("clock_forward"), "clock"),
    Fault("clock jumps back", policy_fault("clock_back"), "clock"),
    Fault("clock reads zero", policy_fault("clock_zero"), "clock"),
    Fault("output not a number", policy_fault("nan"), "not finite"),
    Fault("output infinite", policy_fault("infinite"), "not finite"),
    Fault("output far beyond limits", policy_fault("far"), "far beyond"),
    Fault("output beyond limits", policy_fault("beyond"), rests=False),
    Fault("forward pass takes 150 ms", policy_fault("slow"), rests=False),
    Fault("empty images", empty_image, "image"),
    Fault("cut images", cut_image, "image"),
    Fault("wrong encoding", other_encoding, "encoding"),
    Fault("wrong size", other_size, "shape"),
    Fault("robot mode reflex", robot_fault(mode=REFLEX, errors=("cartesian_reflex",)),
          "cartesian_reflex"),
    Fault("contact", robot_fault(force_n=80.0), "contact"),
    Fault("subscriber overload", robot_fault(flood=True), rests=False, either=True),
    Fault("second commander", second_commander, "intruder"),
)  # fmt: skip
FATAL = (
    Fault("forward pass hangs", policy_fault("hang"), "inference", ends=True),
    Fault("forward pass hangs, interpreter held", policy_fault("hang_gil"), ends=True),
    Fault("policy killed (SIGKILL)", kill("policy", signal.SIGKILL), ends=True),
    Fault("policy stopped (SIGSTOP)", kill("policy", signal.SIGSTOP), ends=True),
    Fault("watchdog killed", kill("watchdog", signal.SIGKILL), "watchdog", ends=True),
)


def try_out(rig: Rig, fault: Fault) -> Outcome:
    """Make a fault while the robot moves, and see what happens."""
    moves = False
    while not moves:
        rig.wait_until_moving()
        time.sleep(0.3)
        moves = rig.robot.is_moved()
    begun_s = time.monotonic()
    fault.make(rig)
    time.sleep(_SETTLE_S)
    hangs_since = rig.folder / HANGS_SINCE
    if hangs_since.exists():
        begun_s = float(hangs_since.read_text())
    rest = rig.robot.heard.first_rest(begun_s)
    rest_s = _SETTLE_S if rest is None else rest - begun_s
    said = rig.problem
    if not fault.rests:
        goes_on = rig.robot.heard.last_motion() - begun_s > _SETTLE_S - 0.3
        return Outcome(fault, rest_s, said, goes_on or (fault.either and bool(said)))
    told = not fault.says or rig.robot.wait_until(lambda: fault.says in rig.problem, 2.0)
    return Outcome(fault, rest_s, rig.problem, rest_s <= REST_S and told)


def recover(rig: Rig) -> None:
    """Take a fault away."""
    rig.fault_file.write_text("")
    rig.robot.faults = Faults(mode=MOVE)
    intruder = getattr(rig, "intruder", None)
    if intruder is not None:
        intruder.destroy_node()
        rig.intruder = None  # type: ignore[attr-defined]
    time.sleep(0.3)
    rig.call("reset")
