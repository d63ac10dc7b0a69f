"""Each fault of a robot, and how soon it comes to rest.

``python -m benchmarks.deploy_faults``: policy node, watchdog and a mock franka_ros2 robot run as
processes; each fault is made while the robot moves. ``--only WORDS`` makes the rows with these
words in their name, and keeps no result.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from afil_core.contract import Contract, load_contract
from afil_core.testing import changed
from benchmarks.deploy.checkpoint import moving_checkpoint
from benchmarks.deploy.faults import FATAL, RECOVERABLE, REST_S, Fault, Outcome, recover, try_out
from benchmarks.deploy.mock_franka import turned
from benchmarks.deploy.rig import domain, rig
from benchmarks.report import Report

TARGET = f"<= {REST_S}"


def note(report: Report, outcome: Outcome) -> None:
    """Add a fault's line, with what the node said below it."""
    if outcome.fault.rests:
        report.add(f"{outcome.fault.name}: to rest", outcome.rest_s, "s", TARGET)
    verdict = "as it must be" if outcome.ok else "NOT as it must be"
    report.add(f"{outcome.fault.name}: {verdict}", float(outcome.ok), "", "== 1")
    if outcome.problem:
        print(f"    {outcome.problem[:150]}", flush=True)


def refused(folder: Path, *parameters: str) -> tuple[bool, str]:
    """Whether a policy node ends with code 2 and a sentence."""
    given = [word for p in parameters for word in ("-p", p)]
    done = subprocess.run(
        [sys.executable, "-m", "afil_policy.nodes.policy_node", "--ros-args", *given],
        capture_output=True, text=True, timeout=120, cwd=folder, check=False,
    )  # fmt: skip
    last = (done.stderr.splitlines() or [""])[-1]
    ok = done.returncode == 2 and last.startswith("error: ") and "Traceback" not in done.stderr
    return ok, last


def at_start(report: Report) -> None:
    """Faults for which the node must not start."""
    franka = load_contract("franka")
    with domain(), tempfile.TemporaryDirectory(prefix="afil_deploy_") as name:
        folder = Path(name)
        checkpoint = moving_checkpoint(folder / "checkpoint", franka)
        other = folder / "other.yaml"
        other.write_text(changed(franka, {"action.limits.max_translation_m": 0.2}).to_yaml())
        ok, said = refused(folder, f"checkpoint:={checkpoint}", f"robot:={other}")
        report.add("contract mismatch: refused", float(ok), "", "== 1")
        print(f"    {said[:150]}")
        weights = checkpoint / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1000])
        ok, said = refused(folder, f"checkpoint:={checkpoint}", "robot:=franka")
        report.add("checkpoint truncated: refused", float(ok), "", "== 1")
        print(f"    {said[:150]}")


def recoverable(report: Report) -> None:
    """Faults that pass: one deployed policy sees them all."""
    with domain(), rig(load_contract("franka")) as deployed:
        for fault in RECOVERABLE:
            note(report, try_out(deployed, fault))
            recover(deployed)


def fatal(fault: Fault, report: Report) -> None:
    """A fault after which a process is gone, or hangs until it is killed."""
    with domain(), rig(load_contract("franka")) as deployed:
        note(report, try_out(deployed, fault))
        if deployed.policy.poll() is None:
            deployed.policy.kill()
            deployed.policy.wait()


def without_action_server(report: Report) -> None:
    """The gripper's action server is absent: the arm goes on."""
    options = {"interface": "pose_hand", "robot": {"with_actions": False}}
    with domain(), rig(load_contract("franka"), **options) as deployed:
        deployed.wait_until_moving()
        moved = deployed.robot.wait_until(lambda: len(deployed.robot.heard.commands) > 20, 10)
        log = (deployed.folder / "faulty_policy.log").read_text()
        ok = moved and "has no server" in log
        report.add("action server absent: the arm goes on, said", float(ok), "", "== 1")


def hand_and_reflex(report: Report) -> None:
    """The hand's goals are served while the arm goes on; a reflex stops it, and it recovers."""
    with domain(), rig(load_contract("franka"), interface="pose_hand") as deployed:
        robot = deployed.robot
        deployed.wait_until_moving()
        deployed.fault_file.write_text("close")
        begun_s = time.monotonic()
        robot.wait_until(lambda: robot.heard.goals[-1][0].endswith("grasp"), 5)
        served = robot.wait_until(lambda: robot.width < 0.04, 5)
        report.add("interface pose_hand: grasped", float(served), "", "== 1")
        poses = [c.at_s for c in robot.heard.commands if c.name == "pose" and c.at_s > begun_s]
        longest = max((b - a for a, b in pairwise(poses)), default=float("inf"))
        report.add("interface pose_hand: longest silence of the arm", longest, "s", "<= 0.2")
        note(report, try_out(deployed, next(f for f in RECOVERABLE if "reflex" in f.name)))
        begun_s = time.monotonic()
        deployed.call("recover")
        robot.wait_until(robot.is_moved, 10)
        report.add("recovered from a reflex, by the action", robot.recoveries, "", "== 1")
        report.add("~/recover: moves again", time.monotonic() - begun_s, "s", "<= 2")


def by_joints(contract: Contract) -> Contract:
    """The arm's contract with joint targets as its action."""
    joints = contract.to_dict()["observations"]["joint_positions"]
    action = {
        "kind": "joint",
        "minimum_rad": joints["minimum"],
        "maximum_rad": joints["maximum"],
        "max_step_rad": 0.02,
        "gripper_mode": "binary",
        "demonstrated": ["joint", "gripper"],
        "default_interface": "joint",
        "interfaces": {"joint": ["joint", "gripper"]},
    }
    return changed(contract, {"action": action})


def interface(contract: Contract, name: str, report: Report) -> None:
    """A command interface moves the arm, whose state comes at 1 kHz."""
    with domain(), rig(contract, interface=name, robot={"state_hz": 1000.0}) as deployed:
        pose, joints = deployed.robot.pose.copy(), deployed.robot.joints.copy()
        deployed.wait_until_moving()
        deployed.robot.wait_until(lambda: False, 0.5)
        moved = turned(pose, deployed.robot.pose) + abs(deployed.robot.joints - joints).max()
        report.add(f"interface {name}: the arm was moved", moved, "rad", ">= 0.02")


def rows() -> dict[str, Callable[[Report], None]]:
    """What is tried out, each on a graph of its own."""
    franka = load_contract("franka")
    interfaces = {
        f"interface {name}": partial(interface, contract, name)
        for contract, name in (
            (franka, "pose"),
            (franka, "twist"),
            (franka, "twist_hand"),
            (by_joints(franka), "joint"),
        )
    }
    return {
        "faults at the start": at_start,
        "faults that pass": recoverable,
        **{fault.name: partial(fatal, fault) for fault in FATAL},
        "action server absent": without_action_server,
        "interface pose_hand, reflex": hand_and_reflex,
        **interfaces,
    }


def main() -> int:
    """Make the faults; exit code 1 where something was not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only the rows with these words in their name")
    only = parser.parse_args().only
    chosen = {name: row for name, row in rows().items() if only in name}
    if not chosen:
        parser.error(f"no row has {only!r} in its name; there are: {', '.join(rows())}")
    report = Report(os.devnull if only else "test-deploy-faults.jsonl")
    for row in chosen.values():
        row(report)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
