"""The policy acts through topics, in a process of its own; without it the arm stops."""

from __future__ import annotations

import time

import pytest

from afil_core.contract import load_contract

SIM_TIME = "use_sim_time:=true"


@pytest.fixture
def deployed(runs, processes):
    """World and policy as two processes: (world, policy)."""
    world = processes.Process(
        ["ros2", "run", "afil_sim", "world_node", "--ros-args", "-p", "mode:=lock_step"]
        + ["-p", "auto_reset:=true", "-p", "command_timeout_s:=0.3", "-p", "first_seed:=1000"]
    )
    policy = processes.Process(
        ["ros2", "run", "afil_policy", "policy_node", "--ros-args", "-p", SIM_TIME]
        + ["-p", f"checkpoint:={runs['bc']}", "-p", "robot:=franka", "-p", "autostart:=true"]
        + ["-p", "guards:=none", "-p", "watchdog_timeout_s:=5.0"]
    )
    yield world, policy
    policy.stop()
    world.stop()


def rate(processes, topic: str, timeout_s: float = 20.0) -> float:
    """What ``ros2 topic hz`` in a process of its own says (Hz); 0 when nothing comes."""
    hz = processes.Process(["ros2", "topic", "hz", topic])
    deadline = time.monotonic() + timeout_s
    while "average rate" not in hz.output and time.monotonic() < deadline:
        time.sleep(0.2)
    lines = [line for line in hz.stop().output.splitlines() if "average rate" in line]
    return float(lines[-1].split(":")[1]) if lines else 0.0


def test_killing_the_policy_stops_the_commands_and_the_world_says_so(
    ros2_command, deployed, processes
):
    ros2_command("ros2topic")
    world, policy = deployed
    contract = load_contract("franka")
    pose = next(c.topic for c in contract.interface() if c.name == "pose")
    camera = contract.stream(contract.anchor).topic
    assert rate(processes, camera) > 1.0
    assert rate(processes, pose) > 1.0

    policy.kill()
    noted = world.output.count("no command came")
    deadline = time.monotonic() + 10
    while world.output.count("no command came") < noted + 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert world.output.count("no command came") >= noted + 3, world.output
    assert world.running
    assert rate(processes, pose, timeout_s=4.0) == 0.0


def test_the_deploy_launch_runs_until_it_is_told_to_stop(runs, processes):
    launch = processes.Process(
        ["ros2", "launch", "afil_policy", "deploy.launch.py", "robot:=franka", "sim:=true"]
        + [f"checkpoint:={runs['autofocus']}", "max_steps:=10"]
    )
    try:
        launch.wait_for(": done, success", 60)
        assert launch.running
    finally:
        finished = launch.stop()
    assert "Traceback" not in finished.output, finished.output


def test_without_a_checkpoint_the_newest_run_acts_on_the_robot_of_a_namespace(
    runs, workspace, processes
):
    launch = processes.Process(
        ["ros2", "launch", "afil_policy", "deploy.launch.py", "robot:=franka", "sim:=true"]
        + ["namespace:=left", "max_steps:=10"],
        cwd=workspace,
    )
    try:
        launch.wait_for(": done, success", 60)
        newest = runs["autofocus"] / "checkpoint"
        assert f"checkpoint: {newest} (the newest finished run)" in launch.output
        # It is this world that the policy answers, by this world's time.
        assert launch.output.count("no command came") < 5, launch.output
    finally:
        finished = launch.stop()
    assert "Traceback" not in finished.output, finished.output
