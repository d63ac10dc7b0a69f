"""The whole loop in simulation: record, perceive, train, evaluate, report.

Every stage is a command of its own, which the launch prints, and skips what an earlier run has
done. A stage that fails ends the launch with its name and a non-zero exit code.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    ExecuteProcess,
    LogInfo,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from pydantic import Field

from afil_core.errors import AfilError
from afil_core.process.launching import description, read_arguments
from afil_core.process.ros2 import ros2_command
from afil_core.schema import Schema
from afil_core.world_protocol import simulation_environment


class DemoArguments(Schema):
    """Arguments of this launch file."""

    output: str = Field("demo", description="Folder of everything that the demo makes")
    robot: str = Field("franka", description="Robot contract")
    namespace: str = Field("", description="Namespace of the nodes and of the robot's topics")
    env: str = Field("", description="Gymnasium environment that is the robot (robot:=gym)")
    env_options: str = Field("", description="Options of that environment as YAML")
    task: str = Field(
        "", description="Task of the simulated world; empty for the robot's usual one"
    )
    test_tasks: str = Field(
        "", description="Tasks to test in, with commas; empty for the one that is recorded"
    )
    recorded_cues: str = Field(
        "intact", description="Cues to record and train with; none and intact are two datasets"
    )
    episodes: int = Field(200, gt=0, description="Demonstrations to record of each")
    first_seed: int = Field(0, ge=0, description="Seed of the first demonstration")
    saliency: str = Field(
        "perceive",
        description="perceive, or oracle: what the simulator itself knows (training: "
        "data.saliency: oracle)",
    )
    noise: float = Field(0.004, ge=0, description="Noise on the expert's commands (an arm: m)")
    train_config: str = Field(
        str(Path(__file__).with_name("demo_train.yaml")),
        description="Training configuration (YAML); empty for afil_policy's own",
    )
    epochs: int = Field(0, ge=0, description="Training epochs; 0: the configuration's")
    seed: int = Field(0, ge=0, description="Training seed")
    methods: str = Field("bc,autofocus", description="Methods to train and test")
    cues: str = Field(
        "intact,broken",
        description="Variants of the cue to test with, where one was recorded",
    )
    eval_episodes: int = Field(20, gt=0, description="Test episodes of each policy and cue")
    videos: int = Field(
        0, ge=0, description="Test episodes of each policy and cue that are filmed"
    )
    eval_first_seed: int = Field(
        1000, ge=0, description="Seed of the first test episode; demonstrations start at 0"
    )


# A recording without a cue is tested without one.
NO_CUE = "none"


class Stage(NamedTuple):
    """One command of the loop."""

    name: str
    command: list[str]


def stages(given: DemoArguments) -> list[Stage]:
    """The loop's commands, in order."""
    output = Path(given.output).expanduser().resolve()
    variants = given.recorded_cues.split(",")
    loop: list[Stage] = []
    results: list[str] = []
    for cue in variants:
        # Of several variants each has a folder.
        folder = output if len(variants) == 1 else output / cue
        loop += _learned(given, folder, cue)
        for stage, result in _tested(given, folder, cue):
            loop.append(stage)
            results.append(result)
    shown = (output if len(variants) == 1 else output / variants[-1]) / "demos"
    report = ["--dataset", str(shown), "--results", *results]
    report += ["--output", str(output / "report.html")]
    return [*loop, Stage("report", _ros2("run", "afil_policy", "report") + report)]


def _learned(given: DemoArguments, folder: Path, cue: str) -> list[Stage]:
    """Demonstrations with a cue, and what is learned from them."""
    demos = folder / "demos"
    record = [f"robot:={given.robot}", "sim:=true", "source:=expert", f"cue:={cue}"]
    world = {
        "namespace": given.namespace,
        "env": given.env,
        "env_options": given.env_options,
        "task": given.task,
    }
    record += [f"{name}:={value}" for name, value in world.items() if value]
    record += [f"episodes:={given.episodes}", f"first_seed:={given.first_seed}"]
    record += [f"noise:={given.noise}", f"dataset:={demos}"]
    options = ["--seed", str(given.seed)]
    if given.train_config:
        options += ["--config", given.train_config]
    if given.epochs:
        options += ["--set", f"optimizer.epochs={given.epochs}"]
    learned = [
        Stage(f"record, cue {cue}", _ros2("launch", "afil_teleop", "record.launch.py") + record),
        _saliency(given, demos),
    ]
    for method in given.methods.split(","):
        run = ["--dataset", str(demos), "--method", method]
        run += ["--output", str(folder / "runs" / method)]
        learned.append(
            Stage(f"train {method}", _ros2("run", "afil_policy", "train") + run + options)
        )
    return learned


def _saliency(given: DemoArguments, demos: Path) -> Stage:
    if given.saliency == "oracle":
        return Stage("oracle", _ros2("run", "afil_sim", "oracle") + ["--dataset", str(demos)])
    launch = _ros2("launch", "afil_perception", "perceive.launch.py")
    # What the demo shows must not follow from the models that a machine happens to have.
    return Stage("perceive", [*launch, f"dataset:={demos}", f"config:={_stand_ins()}"])


def _tested(given: DemoArguments, folder: Path, recorded: str) -> Iterator[tuple[Stage, str]]:
    """Tests of what was learned from demonstrations with a cue, and the results' files."""
    cues = given.cues.split(",") if recorded != NO_CUE else [recorded]
    tasks = given.test_tasks.split(",") if given.test_tasks else [given.task]
    for method, cue, task in product(given.methods.split(","), cues, tasks):
        name = "_".join([method, cue, *([task] if len(tasks) > 1 else [])])
        result = str(folder / "results" / f"{name}.json")
        words = ["--checkpoint", str(folder / "runs" / method), "--robot", given.robot]
        words += ["--env", given.env] if given.env else []
        words += ["--namespace", given.namespace] if given.namespace else []
        words += ["--task", task] if task else []
        words += ["--cue", cue, "--episodes", str(given.eval_episodes)]
        words += ["--videos", str(given.videos), "--first-seed", str(given.eval_first_seed)]
        words += ["--output", result]
        title = f"evaluate {method}, cue {cue}" + (f", {task}" if len(tasks) > 1 else "")
        yield Stage(title, _ros2("run", "afil_policy", "evaluate") + words), result


def _stand_ins() -> Path:
    """Perception without any model."""
    share = Path(get_package_share_directory("afil_perception"))
    return share / "config" / "stand_ins.yaml"


def _ros2(*words: str) -> list[str]:
    return [ros2_command(), *words]


def _start(
    loop: list[Stage], index: int, started_s: float, output: str
) -> list[LaunchDescriptionEntity]:
    if index == len(loop):
        minutes = (time.monotonic() - started_s) / 60
        return [LogInfo(msg=f"demo complete after {minutes:.1f} min: open {output}/report.html")]
    stage = loop[index]
    title = f"stage {index + 1}/{len(loop)}: {stage.name}"
    process = ExecuteProcess(
        cmd=stage.command, output="screen", name=stage.name.split()[0].strip(",")
    )

    def ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
        if context.is_shutdown:
            return []
        if event.returncode:
            raise AfilError(
                f"{title} failed with exit code {event.returncode}; its messages are above, and "
                f"the same command goes on where it stopped"
            )
        return _start(loop, index + 1, started_s, output)

    return [
        LogInfo(msg=f"{title}: ros2 {' '.join(stage.command[1:])}"),
        RegisterEventHandler(OnProcessExit(target_action=process, on_exit=ended)),
        process,
    ]


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Begin with the first stage."""
    given = read_arguments(DemoArguments, context, "demo.launch.py")
    # Commands of a simulation must never reach a robot that happens to be on the network.
    alone = [SetEnvironmentVariable(*pair) for pair in simulation_environment().items()]
    return [*alone, *_start(stages(given), 0, time.monotonic(), given.output)]


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    return description(DemoArguments, setup, choices={"saliency": ("perceive", "oracle")})
