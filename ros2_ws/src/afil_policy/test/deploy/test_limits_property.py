"""Whatever a policy decides and whatever is measured, what is sent is within the contract.

``AFIL_EXAMPLES`` says how many sequences are tried for each interface (``make
test-deploy-limits`` tries 100,000 actions in all); each has 20 actions, of
numbers that are chosen to be awkward.
"""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from afil_core.actions import delta_between
from afil_core.actions.ee_delta import EndEffectorDelta
from afil_core.actions.joint import JointTargets
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.testing import HOME, READY_JOINTS, changed
from afil_policy.deploy.adapters import build_adapter
from afil_policy.deploy.command_loop import CommandLoop

EXAMPLES = int(os.environ.get("AFIL_EXAMPLES", "40"))
LENGTH = 20
TINY = 1e-9
WALL = {"minimum_m": [0.55, -0.4, 0.0], "maximum_m": [0.6, 0.4, 0.25]}
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
wild = st.one_of(
    st.floats(width=64),
    st.floats(-1, 1),
    st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 1e300, 5e-324, 0.05, -0.05, 0.2, 0.4]),
)
counted: list[int] = []
small = st.floats(-0.06, 0.06)


def sequences(size: int, states: st.SearchStrategy[NDArray[np.float64]]) -> Any:
    """Pairs of an action and what is measured then."""
    action = st.one_of(arrays(np.float64, size, elements=e) for e in (small, wild))
    return st.lists(st.tuples(action, states), min_size=LENGTH, max_size=LENGTH)


def arm() -> Contract:
    limits = {
        "forbidden": [WALL],
        "max_translation_change_m": 0.02,
        "max_translation_jerk_m": 0.01,
        "max_rotation_change_rad": 0.1,
        "max_rotation_jerk_rad": 0.05,
    }
    contract = load_contract("franka")
    return changed(contract, {f"action.limits.{k}": v for k, v in limits.items()})


@st.composite
def poses(draw: Any) -> NDArray[np.float64]:
    far = draw(st.sampled_from([0.01, 0.01, 0.03, 0.4]))
    place = HOME[:3] + far * draw(arrays(np.float64, 3, elements=st.floats(-1, 1)))
    turn = draw(arrays(np.float64, 4, elements=st.floats(-1, 1)))
    length = np.linalg.norm(turn)
    return np.concatenate([place, turn / length if length > 0.1 else HOME[3:]])


def drive(
    loop: CommandLoop, command: Any, sequence: Any, stream: str
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The commands that left the loop, each with what was measured; a refusal interrupts none."""
    sent = []
    for k, (action, measured) in enumerate(sequence):
        try:
            messages = loop.step(action, {stream: measured}, k + 1, k + 1)
        except AfilError:
            continue
        values = [command.decode(m.cdr).value for m in messages if m.topic == command.topic]
        sent += [(value, measured) for value in values]
    counted.append(len(sent))
    return sent


def speeds_up_gently(steps: list[NDArray[np.float64]], change: float, jerk: float) -> bool:
    last, rise = np.zeros(3), np.zeros(3)
    for step in steps:
        now = np.maximum(step - np.maximum(last, 0), np.minimum(last, 0) - step).clip(0)
        if (now > np.minimum(change, rise + jerk) + 1e-6).any():
            return False
        last, rise = step, now
    return True


@thorough
@given(sequence=sequences(7, poses()))
def test_poses_stay_in_the_workspace_and_within_step_lead_and_acceleration(sequence: Any) -> None:
    contract = arm()
    action = contract.action
    assert isinstance(action, EndEffectorDelta)
    limits = action.limits
    loop = CommandLoop(contract, build_adapter(contract))
    sent = drive(loop, contract.commands["pose"], sequence, "ee_pose")
    low, high = np.array(limits.workspace_min_m), np.array(limits.workspace_max_m)
    for pose, _ in sent:
        assert np.isfinite(pose).all()
        assert (pose[:3] >= low - TINY).all() and (pose[:3] <= high + TINY).all()
        assert not limits.is_forbidden(pose[:3], pose[:3])
        assert np.linalg.norm(pose[3:]) == pytest.approx(1.0)
    steps = [delta_between(a, b) for (a, _), (b, _) in pairwise(sent)]
    for step in steps:
        assert np.linalg.norm(step[:3]) <= limits.max_translation_m + TINY
        assert np.linalg.norm(step[3:]) <= limits.max_rotation_rad + 1e-6
    for (a, _), (b, _) in pairwise(sent):
        assert not limits.is_forbidden(a[:3], b[:3])
    if sent:
        start = np.concatenate([sent[0][1][:3].clip(low, high), sent[0][1][3:]])
        moves = [delta_between(start, sent[0][0]), *steps]
        assert speeds_up_gently([m[:3] for m in moves], 0.02, 0.01)
        assert speeds_up_gently([m[3:] for m in moves], 0.1, 0.05)


@thorough
@given(sequence=sequences(7, poses()))
def test_velocities_stay_within_step_and_lead_nowhere_forbidden(sequence: Any) -> None:
    contract = arm()
    action = contract.action
    assert isinstance(action, EndEffectorDelta)
    limits, period_s = action.limits, contract.period_ns / 1e9
    loop = CommandLoop(contract, build_adapter(contract, "twist"))
    low, high = np.array(limits.workspace_min_m), np.array(limits.workspace_max_m)
    for twist, measured in drive(loop, contract.commands["twist"], sequence, "ee_pose"):
        step = twist * period_s
        assert np.isfinite(twist).all()
        assert np.linalg.norm(step[:3]) <= limits.max_translation_m + TINY
        assert np.linalg.norm(step[3:]) <= limits.max_rotation_rad + 1e-6
        place, end = measured[:3], measured[:3] + step[:3]
        # Never further out than it is.
        assert (end >= np.minimum(low, place) - TINY).all()
        assert (end <= np.maximum(high, place) + TINY).all()
        assert not limits.is_forbidden(place, place + 0.999 * step[:3])


@thorough
@given(
    sequence=sequences(
        8, arrays(np.float64, 7, elements=st.floats(-0.5, 0.5)).map(lambda d: READY_JOINTS + d)
    )
)
def test_joints_stay_in_their_ranges_and_within_step_and_acceleration(sequence: Any) -> None:
    franka = load_contract("franka")
    joints = franka.stream("joint_positions")
    span = joints.config.model_dump()
    contract = changed(
        franka,
        {
            "action": {
                "kind": "joint",
                "minimum_rad": span["minimum"],
                "maximum_rad": span["maximum"],
                "max_step_rad": 0.1,
                "max_change_rad": 0.04,
                "max_jerk_rad": 0.02,
                "gripper_mode": "binary",
                "demonstrated": ["joint", "gripper"],
                "default_interface": "joint",
                "interfaces": {"joint": ["joint", "gripper"]},
            }
        },
    )
    action = contract.action
    assert isinstance(action, JointTargets)
    low, high = action.range_rad
    loop = CommandLoop(contract, build_adapter(contract))
    sent = drive(loop, contract.commands["joint"], sequence, "joint_positions")
    for target, _ in sent:
        assert (target >= low - TINY).all() and (target <= high + TINY).all()
    steps = [b - a for (a, _), (b, _) in pairwise(sent)]
    assert all((np.abs(s) <= 0.1 + TINY).all() for s in steps)
    if sent:
        first = sent[0][0] - sent[0][1].clip(low, high)
        for part in (slice(0, 3), slice(3, 6)):
            assert speeds_up_gently([m[part] for m in (first, *steps)], 0.04, 0.02)


@thorough
@given(sequence=sequences(3, st.just(np.zeros(1))))
def test_controls_stay_in_range_and_never_drive_and_brake_at_once(sequence: Any) -> None:
    carla = load_contract("carla")
    steps = {"action.max_steer_step": 0.1, "action.max_throttle_step": 0.2}
    contract = changed(carla, {**steps, "action.max_throttle": 0.7})
    loop = CommandLoop(contract, build_adapter(contract))
    sent = [v for v, _ in drive(loop, contract.commands["vehicle"], sequence, "speed")]
    for throttle, steer, brake in sent:
        assert 0 <= throttle <= 0.7 + 1e-6
        assert -1 <= steer <= 1
        assert 0 <= brake <= 1
        assert throttle == 0 or brake == 0
    for before, after in pairwise(sent):
        assert abs(after[1] - before[1]) <= 0.1 + 1e-6
        assert after[0] - before[0] <= 0.2 + 1e-6


def test_the_sequences_are_not_all_refused() -> None:
    assert sum(counted) > EXAMPLES * LENGTH
