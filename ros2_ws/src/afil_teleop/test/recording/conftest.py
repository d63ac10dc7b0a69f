"""A robot in front of what judges it, without a node."""

import numpy as np
import pytest

from afil_core.bags import OfferedQos
from afil_core.testing import HOME
from afil_teleop.recording.control import RecordingControl
from afil_teleop.recording.graph import Publisher
from afil_teleop.recording.health import Health, Surroundings
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.world import ResetAnswer

STEP_NS = 100_000_000
START_NS = 1_700_000_000_000_000_000
_ENDS = ("reliability", "durability")


class Bench:
    """A robot whose drivers may be faulty, in front of a recorder of the contract ``franka``."""

    def __init__(self, contract, around=None):
        self.contract = contract
        self.health = Health(contract, around or Surroundings())
        self.health.graph = {
            topic: (Publisher("/driver", kind, OfferedQos(*(qos.profile()[k] for k in _ENDS))),)
            for topic, (kind, qos) in contract.topics().items()
        }
        self.step = 0
        self.now_ns = START_NS
        # How late messages are taken, and how far behind the sender's clock is.
        self.late_ns = self.host_ns = 0

    def play(self, seconds, robot, change=None, commands=True):
        """Receive what the robot sends; ``change`` says what becomes of each message."""
        for _ in range(round(seconds * 10)):
            self.now_ns += STEP_NS
            shape = robot.contract.stream("front_image").shape
            shade = np.full(shape, self.step % 200, np.uint8)
            sent = robot.by_topic(self.now_ns, {robot.contract.anchor: shade})
            if commands:
                sent += robot.command(self.now_ns, HOME)
            for topic, cdr in sent:
                made = change(topic, cdr, self.step) if change else cdr
                if made is not None:
                    now_ns = self.now_ns + self.late_ns
                    sent_ns = self.now_ns - self.host_ns
                    self.health.received(topic, made, now_ns, self.now_ns, sent_ns)
            self.step += 1
        return self

    def texts(self, **given):
        return [f.text for f in self.health.findings(self.now_ns, self.now_ns, **given)]

    def causes(self, **given):
        found = self.health.findings(self.now_ns, self.now_ns, **given)
        return {f.topic: f.cause for f in found}


@pytest.fixture
def make_bench(franka):
    """Function that makes a bench; the contract is ``franka`` where none is given."""

    def make(around=None, contract=franka):
        return Bench(contract, around)

    return make


@pytest.fixture
def bench(make_bench):
    """A robot on the bench, with the contract ``franka``."""
    return make_bench()


class Service:
    """The world's reset, as far as a session sees it."""

    def __init__(self):
        self.ready = True
        self.asked = []

    def is_ready(self):
        return self.ready

    def call(self, answered):
        self.asked.append(answered)

    def answer(self, *given):
        self.asked[-1](ResetAnswer(*given))


class Wire:
    """Nothing is reset."""

    def prepare(self, topics, services):
        pass


class RecordingBench:
    """A session in front of a robot on paper."""

    def __init__(self, tmp_path, contract, **given):
        self.reset = Service()
        self.lines: list[tuple[int, str]] = []
        parameters = RecordParameters(dataset=str(tmp_path / "demos"), **given)
        self.control = RecordingControl(
            parameters,
            contract,
            self.reset,
            Wire(),
            lambda level, line: self.lines.append((level, line)),
            sim_time=False,
        )
        self.now_ns = START_NS
        self.graph = {
            topic: (Publisher("/driver", kind, OfferedQos(1, 2)),)
            for topic, (kind, _) in contract.topics().items()
        }
        self.control.know(self.graph)

    def play(self, seconds, robot, without=(), pose=HOME):
        for _ in range(round(seconds * 10)):
            self.now_ns += STEP_NS
            shade = np.full((240, 320, 3), self.now_ns // (STEP_NS) % 200, np.uint8)
            sent = robot.by_topic(self.now_ns, {"front_image": shade})
            for topic, cdr in [*sent, *robot.command(self.now_ns, pose)]:
                if topic not in without:
                    self.control.received(topic, cdr, self.now_ns, self.now_ns, self.now_ns)
            self.control.look(self.now_ns, self.now_ns)

    def said(self, level):
        return [line for at, line in self.lines if at == level]


@pytest.fixture
def make_session(tmp_path, franka):
    """Function (contract, parameters): a session into ``demos``, a robot on paper before it."""

    def make(contract=franka, **given):
        return RecordingBench(tmp_path, contract, **given)

    return make
