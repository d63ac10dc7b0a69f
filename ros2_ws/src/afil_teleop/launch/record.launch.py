"""Record demonstrations of a task: of a simulated expert, of a person, of any other source.

The launch ends by itself when the recorder does; its exit code is 0 when all episodes that
were asked for are recorded.
"""

from __future__ import annotations

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
    Shutdown,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.world_protocol import simulation_environment, uses_sim_time, world_launch_file
from afil_teleop.recording.dataset import dataset_state
from afil_teleop.recording.tasks import task_instruction

# A person needs longer than the scripted expert for whom a task's limit is made.
PERSONS_STEPS = 600

ARGUMENTS = {
    "robot": ("franka", "Robot whose contract says which topics to record", ["franka", "carla"]),
    "contract": ("", "Contract file (.yaml) of your own robot, instead of robot's", None),
    "sim": ("false", "Start the simulated world of the robot", ["true", "false"]),
    "task": ("lift_carrot", "Name of the task; see config/tasks.yaml", None),
    "instruction": ("", "The task in words; empty: what config/tasks.yaml says", None),
    "source": (
        "keyboard",
        "Who demonstrates: the scripted expert (sim only), a person at the keyboard, or other "
        "nodes that publish the contract's command topics",
        ["expert", "keyboard", "external"],
    ),
    "episodes": ("10", "Record until the dataset has so many (source:=expert)", None),
    "dataset": ("demos", "Folder of the dataset; existing episodes are kept and counted", None),
    "cue": (
        "none",
        "Simulated confounding cue in the image: none, showing the expert's command, or random",
        None,
    ),
    "first_seed": ("0", "Seed of the first simulated episode of a new dataset", None),
    "noise": ("0.004", "Noise on the expert's commands (m), so that it visits more states", None),
    "max_steps": (
        "0",
        "Longest simulated episode in control steps; 0: the task's own, or a minute for a person",
        None,
    ),
    "operator": ("", "Who demonstrates, for episode.yaml; empty: the source", None),
    "use_sim_time": (
        "auto",
        "Follow /clock; auto: with sim:=true and where the contract's clock is simulated",
        ["auto", "true", "false"],
    ),
}

FORMER = {"output": "dataset"}


def setup(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments together and make the nodes; what does not fit is a sentence."""
    args = {name: context.launch_configurations[name] for name in ARGUMENTS}
    for former, present in FORMER.items():
        if context.launch_configurations[former]:
            raise AfilError(f"argument {former} is called {present} now; rename it")
    sim = args["sim"] == "true"
    robot = args["contract"] or args["robot"]
    contract = load_contract(robot)
    if args["source"] == "expert" and not sim:
        raise AfilError(
            "source:=expert is a script that needs the simulated world's state; add sim:=true, "
            "or use source:=keyboard or source:=external"
        )
    automatic = args["source"] == "expert"
    tasks = Path(get_package_share_directory("afil_teleop")) / "config" / "tasks.yaml"
    # Also checked when the instruction is given: the simulated world knows tasks by name.
    if sim or not args["instruction"]:
        known = task_instruction(tasks, args["task"])
    instruction = args["instruction"] or known
    notes = {"task": args["task"]}
    if sim:
        notes["cue"] = args["cue"]
    if automatic:
        notes["noise"] = args["noise"]
    dataset = Path(args["dataset"]).expanduser()
    state = dataset_state(
        dataset,
        contract,
        instruction=instruction,
        notes=notes,
        first_seed=_whole(args, "first_seed"),
    )
    episodes = _whole(args, "episodes") if automatic else 0
    if automatic and state.episodes >= episodes:
        return [LogInfo(msg=f"{dataset} has {state.episodes} episodes already; nothing to record")]

    shared = {"use_sim_time": uses_sim_time(args["use_sim_time"], contract.clock, sim=sim)}
    world = ("lock_step" if automatic else "real_time") if sim else "none"
    recorder = Node(
        package="afil_teleop",
        executable="record_node",
        output="screen",
        parameters=[
            shared,
            {k: _text(v) for k, v in notes.items()},
            {
                "robot": _text(robot),
                "dataset": _text(str(dataset)),
                "instruction": _text(instruction),
                "operator": _text(args["operator"] or args["source"]),
                "world": world,
                "episodes": episodes,
                "first_seed": _whole(args, "first_seed"),
            },
        ],
    )
    helpers = []
    if args["source"] == "keyboard":
        helpers.append(
            Node(
                package="afil_teleop",
                executable="keyboard_node",
                output="screen",
                parameters=[shared, {"robot": _text(robot)}],
            )
        )
    handlers = [OnProcessExit(target_action=recorder, on_exit=_recorder_ended)]
    handlers += [OnProcessExit(target_action=h, on_exit=_helper_ended) for h in helpers]
    if args["source"] == "keyboard":
        handlers[-1] = OnProcessExit(target_action=helpers[-1], on_exit=_keyboard_ended)
    environment = simulation_environment() if sim else {}
    alone = [SetEnvironmentVariable(name, value) for name, value in environment.items()]
    worlds = [_world(args, robot, world, state.next_seed)] if sim else []
    return [*alone, *(RegisterEventHandler(h) for h in handlers), *worlds, *helpers, recorder]


def _world(
    args: dict[str, str], robot: str, mode: str, first_seed: int
) -> IncludeLaunchDescription:
    longest = _whole(args, "max_steps") or (PERSONS_STEPS if mode == "real_time" else 0)
    arguments = {
        "robot": robot,
        "task": args["task"],
        "mode": mode,
        "cue": args["cue"],
        "first_seed": str(first_seed),
        "max_steps": str(longest),
        "auto_reset": "false",
        "expert": str(mode == "lock_step").lower(),
        "noise": args["noise"],
    }
    source = PythonLaunchDescriptionSource(world_launch_file(get_package_share_directory))
    return IncludeLaunchDescription(source, launch_arguments=arguments.items())


def _recorder_ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    if event.returncode:
        raise AfilError(f"recording failed: record_node ended with code {event.returncode}")
    return [Shutdown(reason="the recording is complete")]


def _keyboard_ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    # Quitting ends the keyboard and the recorder, in whatever order.
    return [] if event.returncode == 0 else _helper_ended(event, context)


def _helper_ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    raise AfilError(
        f"recording failed: {event.process_name} ended with code {event.returncode} before the "
        f"recorder did"
    )


def _text(value: str) -> ParameterValue:
    # Without a type, launch_ros would read the text as YAML, and 0.01 would be a number.
    return ParameterValue(value, value_type=str)


def _whole(args: dict[str, str], name: str) -> int:
    if not args[name].isdecimal():
        raise AfilError(f"{name}:={args[name]} is not a whole number")
    return int(args[name])


def generate_launch_description() -> LaunchDescription:
    """The launch description."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text, choices=choices)
        for name, (default, text, choices) in ARGUMENTS.items()
    ]
    former = [
        DeclareLaunchArgument(name, default_value="", description=f"former name of {present}")
        for name, present in FORMER.items()
    ]
    return LaunchDescription([*declared, *former, OpaqueFunction(function=setup)])
