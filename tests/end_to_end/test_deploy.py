"""The policy acts through topics, in a process of its own; without it the arm stops."""

from __future__ import annotations

import json
import time
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from afil_core import messages
from afil_core import world_protocol as protocol
from afil_core.commander import Commander
from afil_core.contract import Contract, load_contract
from afil_core.episodes import list_episodes
from afil_policy.commands import train
from afil_policy.deploy.adapters import Outgoing, build_adapter
from afil_policy.deploy.controller import PolicyController
from afil_policy.deploy.runner import PolicyRunner
from afil_sim.running.episodes import Episodes
from afil_sim.running.parameters import WorldParameters
from benchmarks.deploy.checkpoint import moving_checkpoint

SIM_TIME = "use_sim_time:=true"
# Of an episode that is evaluated: what one epoch has learned solves none.
MOST_STEPS = 40


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


def rate(processes, topic: str, timeout_s: float = 60.0) -> float:
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
    deadline = time.monotonic() + 60
    while world.output.count("no command came") < noted + 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert world.output.count("no command came") >= noted + 3, world.output
    assert world.running
    assert rate(processes, pose, timeout_s=4.0) == 0.0


class Witness:
    """Notes the stamps of frames and of the commands that answer them."""

    def __init__(self, node, contract: Contract) -> None:
        from rosidl_runtime_py.utilities import get_message

        camera = contract.stream(contract.anchor)
        answer = next(c for c in contract.interface() if messages.has_header(c.type))
        self.frames: list[int] = []
        self.answers: list[int] = []
        for topic, type_, stamps in (
            (camera.topic, camera.type, self.frames),
            (answer.topic, answer.type, self.answers),
        ):
            note = partial(self._note, stamps)
            node.create_subscription(get_message(type_), topic, note, 50, raw=True)

    @staticmethod
    def _note(stamps: list[int], cdr: bytes) -> None:
        stamps.append(messages.peek_stamp(bytes(cdr)) or 0)


@pytest.mark.parametrize(("robot", "namespace"), [("franka", "left"), ("carla", "")])
def test_the_deploy_launch_answers_each_frame_once_until_it_is_told_to_stop(
    robot, namespace, runs, workspace, processes, peer, tmp_path
):
    """The arm has a namespace of its own, and is given no checkpoint: the newest run acts."""
    contract = load_contract(robot).within(namespace)
    newest, why = runs["autofocus"] / "checkpoint", " (the newest finished run)"
    given = [f"robot:={robot}", "sim:=true", "max_steps:=10"]
    if namespace:
        given.append(f"namespace:={namespace}")
    else:
        newest, why = moving_checkpoint(tmp_path / "checkpoint", load_contract(robot)), ""
        given.append(f"checkpoint:={newest}")
    with peer("witness") as one:
        witness = Witness(one.node, contract)
        launch = processes.Process(
            ["ros2", "launch", "afil_policy", "deploy.launch.py", *given], cwd=workspace
        )
        try:
            launch.wait_for(": done, success", 180)
            assert launch.running
        finally:
            finished = launch.stop()
    assert "Traceback" not in finished.output, finished.output
    assert f"checkpoint: {newest}{why}\n" in finished.output
    if namespace:
        # It is this world that the policy answers, by this world's time.
        assert finished.output.count("no command came") < 5, finished.output
    # What came before the first answer, or after the last one, was not for this policy.
    asked = [s for s in witness.frames if min(witness.answers) <= s <= max(witness.answers)]
    # Nobody need answer the frame with which an episode ends.
    pairs = list(pairwise(asked))
    step = min(after - stamp for stamp, after in pairs)
    asked = [stamp for stamp, after in pairs if after - stamp < 1.5 * step]
    answered = [s for s in witness.answers if s in asked]
    assert len(asked) >= 5
    if "no command came" not in finished.output:
        assert answered == asked


def run_episodes(checkpoint: Path, first_seed: int, count: int) -> list[protocol.EpisodeStatus]:
    """How each episode ended, with world and controller in this process and without ROS.

    Args:
        checkpoint: Folder of a run or its checkpoint.
        first_seed: Seed of the first episode; they count up.
        count: Episodes.
    """
    contract = load_contract("franka")
    parameters = WorldParameters(first_seed=first_seed, max_steps=MOST_STEPS)
    task = parameters.make_task(contract)
    world = Episodes(task, contract, parameters)
    runner = PolicyRunner(checkpoint / "checkpoint", contract)
    runner.warm_up()
    controller = PolicyController(
        runner, contract, build_adapter(contract), watchdog_timeout_s=60.0
    )
    streams = {contract.stream(name).topic: name for name in controller.streams}
    found = []
    for seed in range(first_seed, first_seed + count):
        controller.rest(1)
        controller.reset()
        world.reset(seed)
        now_ns = 0
        while not world.status.done or world.status.seed != seed:
            for topic, cdr in world.poll(time.monotonic()):
                if topic == protocol.CLOCK_TOPIC:
                    stamp = messages.deserialize(cdr, "rosgraph_msgs/msg/Clock").clock
                    now_ns = messages.stamp_to_ns(stamp)
                elif topic in streams:
                    # Proprioception comes before the clock: its own stamp is the time then.
                    stamp_ns = messages.peek_stamp(cdr)
                    now_ns = max(now_ns, stamp_ns or 0)
                    controller.receive(streams[topic], cdr, now_ns)
            for command in controller.poll(now_ns):
                assert isinstance(command, Outgoing)
                problem = world.receive(command.topic, command.cdr)
                assert problem is None, problem
        found.append(world.status)
    task.close()
    return found


@pytest.fixture(scope="module")
def evaluated(runs, workspace, processes) -> tuple[list[str], Path, str]:
    """Two episodes evaluated by launch: the command, its results, what it said."""
    output = workspace / "results" / "same_seeds.json"
    words = [
        *("run", "afil_policy", "evaluate", "--checkpoint", str(runs["bc"]), "--robot", "franka"),
        *("--namespace", "left", "--task", "lift_carrot", "--episodes", "2"),
        *("--first-seed", "1000", "--max-steps", str(MOST_STEPS), "--output", str(output)),
    ]
    return words, output, processes.succeed(*words, timeout_s=240)


def test_evaluation_by_launch_is_evaluation_in_one_process_episode_by_episode(runs, evaluated):
    expected = run_episodes(runs["bc"], 1000, 2)
    _, output, _ = evaluated
    read = json.loads(output.read_text())["episodes"]
    # An episode with a time-out tells of the machine's load, and can't be compared.
    compared = [(e, s) for e, s in zip(read, expected, strict=True) if e["timeouts"] == 0]
    assert compared
    for got, want in compared:
        assert (got["seed"], got["success"]) == (want.seed, want.success)
        assert (got["steps"], got["score"]) == (want.steps, want.score)


def test_an_evaluation_reports_its_seeds_its_count_and_its_interval(evaluated, processes):
    words, output, text = evaluated
    assert "/2" in text
    result = json.loads(output.read_text())
    assert "1000" in json.dumps(result["episodes"])
    before = output.read_bytes()
    assert "already evaluated" in processes.succeed(*words)
    assert output.read_bytes() == before


# Of an Xbox pad: left bumper, GUIDE.
ENABLE, TAKE_OVER = 4, 8


def test_a_person_takes_over_from_a_trained_policy_and_the_corrections_train_alone(
    runs, processes, here, pad, tmp_path
):
    demos = tmp_path / "corrections"
    world = processes.Process(
        ["ros2", "launch", "afil_teleop", "record.launch.py", "robot:=franka", "sim:=true"]
        + ["source:=gamepad", "takeover:=true", "keys:=none", f"dataset:={demos}"]
    )
    policy = processes.Process(
        ["ros2", "launch", "afil_policy", "deploy.launch.py", "robot:=franka", "takeover:=true"]
        # A machine that is busy for a second is no reason to stop the arm here.
        + ["use_sim_time:=true", "guards:=none", "watchdog:=false", "watchdog_timeout_s:=5.0"]
        + ["pacing:=steady", f"checkpoint:={runs['bc']}"]
    )
    try:
        world.wait_for("recording to", 90)
        pad.ask("start", "recording episode_000000")
        # What is recorded before the model is loaded is no demonstration.
        pad.until_it_comes("/policy/target_pose", "geometry_msgs/msg/PoseStamped")
        assert "discarded" in pad.ask("discard")
        for attempt in range(1, 4):
            pad.ask("start", "recording episode_")
            time.sleep(2.0)
            pad.hold(ENABLE, a4=1.0)
            world.wait_for("the person commands now", 30, count=attempt)
            time.sleep(1.5)
            pad.hold(TAKE_OVER)
            world.wait_for("the policy commands now", 30, count=attempt)
            pad.hold()
            time.sleep(1.5)
            answer = pad.ask("save")
            # A busy machine holds up a topic, or a world whose policy's target runs ahead: such
            # an episode is set aside.
            if answer.startswith("saved"):
                break
        assert answer.startswith("saved") and "success" in answer
        pad.ask("quit", "over")
        assert world.wait(30).code == 0
    finally:
        policy.stop()
        world.stop()
    (episode,) = list_episodes(demos)
    reader = episode.steps()
    steps = list(reader)
    commanders = [step.commander for step in steps]
    persons = [k for k, who in enumerate(commanders) if who is Commander.HUMAN]
    assert commanders[0] is commanders[-1] is Commander.POLICY
    assert len(persons) > 5 and persons == list(range(persons[0], persons[-1] + 1))
    # One each way; simulated time ticks, and what bears the time of the change is in doubt.
    assert 2 <= sum(step.is_handover for step in episode.steps(handovers=True)) <= 8
    assert "another took over" in reader.left_out.summary()
    # The policy's clock and the world's are not one: now and then a tick gets no command.
    assert reader.left_out.lost <= 2
    up = np.array([steps[k].action[2] for k in persons])
    assert up.sum() > 0.02 and (up >= 0).all(), "what was commanded meanwhile is the person's"

    run = tmp_path / "run"
    said = here(
        train.main,
        *("--dataset", str(demos), "--method", "bc"),
        *("--config", "launch/demo_train.yaml", "--output", str(run), "--threads", "1"),
        *("--set", "optimizer.epochs=1", "--set", "data.learn_from=corrections"),
        *("--set", "data.validation_fraction=0"),
    )
    assert "another took over" in said
    facts = json.loads((run / "checkpoint" / "training.json").read_text())
    assert facts["training_steps"] == len(persons)
