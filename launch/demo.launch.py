"""The whole loop in simulation: record, perceive, train, evaluate, report.

Every stage is a command of its own, which the launch prints, and skips what an earlier run has
done. A stage that fails ends the launch with its name and a non-zero exit code.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited

ARGUMENTS = {
    "output": ("demo", "Folder of everything that the demo makes"),
    "robot": ("franka", "Robot contract"),
    "env": ("", "Gymnasium environment that is the robot (robot:=gym)"),
    "env_options": ("", "Options of that environment as YAML"),
    "task": ("", "Task of the simulated world; empty for the robot's usual one"),
    "test_tasks": ("", "Tasks to test in, with commas; empty for the one that is recorded"),
    "recorded_cues": ("intact", "Cues to record and train with; none and intact are two datasets"),
    "episodes": ("200", "Demonstrations to record of each"),
    "first_seed": ("0", "Seed of the first demonstration"),
    "saliency": (
        "perceive",
        "perceive, or oracle: what the simulator itself knows (training: data.saliency: oracle)",
    ),
    "noise": ("0.004", "Noise on the expert's commands (m)"),
    "train_config": (
        str(Path(__file__).with_name("demo_train.yaml")),
        "Training configuration (YAML); empty for afil_policy's own",
    ),
    "epochs": ("", "Training epochs; empty for the configuration's"),
    "seed": ("0", "Training seed"),
    "methods": ("bc,autofocus", "Methods to train and test"),
    "cues": ("intact,broken", "Variants of the cue to test with, where one was recorded"),
    "eval_episodes": ("20", "Test episodes of each policy and cue"),
    "videos": ("0", "Test episodes of each policy and cue that are filmed"),
    "eval_first_seed": ("1000", "Seed of the first test episode; demonstrations start at 0"),
}
# A recording without a cue is tested without one.
NO_CUE = "none"


class Stage(NamedTuple):
    """One command of the loop."""

    name: str
    command: list[str]


def stages(args: dict[str, str]) -> list[Stage]:
    """The loop's commands, in order."""
    output = Path(args["output"]).expanduser().resolve()
    variants = args["recorded_cues"].split(",")
    loop: list[Stage] = []
    results: list[str] = []
    for cue in variants:
        # Of several variants each has a folder.
        folder = output if len(variants) == 1 else output / cue
        loop += _learned(args, folder, cue)
        for stage, result in _tested(args, folder, cue):
            loop.append(stage)
            results.append(result)
    shown = (output if len(variants) == 1 else output / variants[-1]) / "demos"
    report = ["--dataset", str(shown), "--results", *results]
    report += ["--output", str(output / "report.html")]
    return [*loop, Stage("report", _ros2("run", "afil_policy", "report") + report)]


def _learned(args: dict[str, str], folder: Path, cue: str) -> list[Stage]:
    """Demonstrations with a cue, and what is learned from them."""
    demos = folder / "demos"
    record = [f"robot:={args['robot']}", "sim:=true", "source:=expert", f"cue:={cue}"]
    record += [f"{name}:={args[name]}" for name in ("env", "env_options", "task") if args[name]]
    record += [f"{name}:={args[name]}" for name in ("episodes", "first_seed", "noise")]
    options = ["--seed", args["seed"]]
    if args["train_config"]:
        options += ["--config", args["train_config"]]
    if args["epochs"]:
        options += ["--set", f"optimizer.epochs={args['epochs']}"]
    learned = [
        Stage(
            f"record, cue {cue}",
            [*_ros2("launch", "afil_teleop", "record.launch.py"), *record, f"dataset:={demos}"],
        ),
        _saliency(args, demos),
    ]
    for method in args["methods"].split(","):
        run = ["--dataset", str(demos), "--method", method]
        run += ["--output", str(folder / "runs" / method)]
        learned.append(
            Stage(f"train {method}", _ros2("run", "afil_policy", "train") + run + options)
        )
    return learned


def _saliency(args: dict[str, str], demos: Path) -> Stage:
    if args["saliency"] == "oracle":
        return Stage("oracle", _ros2("run", "afil_sim", "oracle") + ["--dataset", str(demos)])
    launch = _ros2("launch", "afil_perception", "perceive.launch.py")
    # What the demo shows must not follow from the models that a machine happens to have.
    return Stage("perceive", [*launch, f"dataset:={demos}", f"config:={_stand_ins()}"])


def _tested(args: dict[str, str], folder: Path, recorded: str) -> Iterator[tuple[Stage, str]]:
    """Tests of what was learned from demonstrations with a cue, and the results' files."""
    cues = args["cues"].split(",") if recorded != NO_CUE else [recorded]
    tasks = args["test_tasks"].split(",") if args["test_tasks"] else [args["task"]]
    for method, cue, task in product(args["methods"].split(","), cues, tasks):
        name = "_".join([method, cue, *([task] if len(tasks) > 1 else [])])
        result = str(folder / "results" / f"{name}.json")
        words = ["--checkpoint", str(folder / "runs" / method), "--robot", args["robot"]]
        words += ["--env", args["env"]] if args["env"] else []
        words += ["--task", task] if task else []
        words += ["--cue", cue, "--episodes", args["eval_episodes"], "--videos", args["videos"]]
        words += ["--first-seed", args["eval_first_seed"], "--output", result]
        title = f"evaluate {method}, cue {cue}" + (f", {task}" if len(tasks) > 1 else "")
        yield Stage(title, _ros2("run", "afil_policy", "evaluate") + words), result


def _stand_ins() -> Path:
    """Perception without any model."""
    share = Path(get_package_share_directory("afil_perception"))
    return share / "config" / "stand_ins.yaml"


def _ros2(*words: str) -> list[str]:
    # The ros2 that belongs to this launch, also when its folder is not on PATH.
    beside = str(Path(sys.executable).parent)
    found = shutil.which("ros2") or shutil.which("ros2", path=beside) or "ros2"
    return [found, *words]


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
            raise RuntimeError(
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
    args = {name: context.launch_configurations[name] for name in ARGUMENTS}
    if args["saliency"] not in ("perceive", "oracle"):
        raise RuntimeError(f"saliency:={args['saliency']} is neither perceive nor oracle")
    for name in ("episodes", "eval_episodes"):
        if not args[name].isdecimal() or not int(args[name]):
            raise RuntimeError(f"{name}:={args[name]} is not a positive whole number")
    return _start(stages(args), 0, time.monotonic(), args["output"])


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    # Commands of a simulation must never reach a robot that happens to be on the network.
    local = "ROS_AUTOMATIC_DISCOVERY_RANGE"
    alone = [SetEnvironmentVariable(local, os.environ.get(local, "LOCALHOST"))]
    return LaunchDescription([*declared, *alone, OpaqueFunction(function=setup)])
