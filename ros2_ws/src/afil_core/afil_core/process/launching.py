"""What launch files have in common.

A launch file's arguments are a flat :class:`afil_core.schema.Schema`, as a node's parameters are::

    def setup(context):
        given = read_arguments(DeployArguments, context)
        node = made_node("afil_policy", "policy_node", PolicyParameters(...))
        return [needs(node, "deployment failed"), node]

    def generate_launch_description():
        return description(DeployArguments, setup)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from afil_core.contract.document import ContractDocument
from afil_core.errors import AfilError
from afil_core.process.parameters import describe, read_texts
from afil_core.schema import Schema, nearest, parse_yaml, to_plain
from afil_core.world_protocol import simulation_environment, world_launch_file

S = TypeVar("S", bound=Schema)
Entities = list[LaunchDescriptionEntity]
# Values of bringup:= that are no options.
_AS_THE_CONTRACT_SAYS, _NOBODY = "auto", "none"
# Arguments that launch itself reads; no launch file declares them.
_OF_LAUNCH: Final = (
    *("emulate_tty", "launch-prefix", "launch-prefix-filter", "ros_namespace"),
    *("sigkill_timeout", "sigterm_timeout"),
)


def description(
    kind: type[Schema],
    setup: Callable[[LaunchContext], Entities],
    choices: Mapping[str, Sequence[str]] | None = None,
) -> LaunchDescription:
    """A launch description: arguments, and what is made of them.

    Args:
        kind: The arguments.
        setup: Makes the rest when their values are known.
        choices: The only values of an argument, where they are not known before.
    """
    given = choices or {}
    declared = [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.text,
            description=argument.description,
            choices=list(given.get(argument.name, argument.choices)) or None,
        )
        for argument in describe(kind)
    ]
    former = [
        DeclareLaunchArgument(name, default_value="", description=f"former name of {present}")
        for name, present in kind.renamed.items()
    ]
    return LaunchDescription([*declared, *former, OpaqueFunction(function=setup)])


def read_arguments(kind: type[S], context: LaunchContext, source: str) -> S:
    """The values of a launch file's arguments.

    Args:
        kind: The arguments.
        context: The launch's context.
        source: Name of the launch file, for error sentences.

    Raises:
        AfilError: When a value does not fit, or the command line has an argument that the launch
            file does not; names the argument.
    """
    # ROS's own ros2 passes over those, and shadows:=true would command the robot.
    for name in _typed_at(context):
        known = list(kind.model_fields)
        if name not in (*known, *kind.renamed, *_OF_LAUNCH):
            raise AfilError(
                f"{source} has no argument '{name}'; {nearest(name, known)}it has "
                f"{', '.join(known)}"
            )
    return read_texts(kind, context.launch_configurations, source)


def _typed_at(context: LaunchContext) -> Iterator[str]:
    """Names of the command line's arguments, where it names the launch file that is read.

    One that another launch file includes cannot know what that one declares.
    """
    path = Path(context.get_locals_as_dict().get("current_launch_file_path") or "")
    package = path.parent.parent.name
    for index, word in enumerate(sys.argv):
        named = Path(word)
        if named.name == path.name and (
            package in sys.argv[:index] or (named.exists() and named.samefile(path))
        ):
            yield from (word.partition(":=")[0] for word in context.argv if ":=" in word)
            return


def made_node(
    package: str,
    executable: str,
    parameters: Schema,
    *,
    use_sim_time: bool = False,
    of_libraries: Mapping[str, Any] | None = None,
    **more: Any,
) -> Node:
    """A node with parameters of exactly the types that it declares.

    Args:
        package: Its package.
        executable: Its executable.
        parameters: Values of its parameters.
        use_sim_time: Whether it follows ``/clock``.
        of_libraries: Parameters that libraries declare in it.
        **more: Further options of ``launch_ros.actions.Node``.
    """
    # Without a type, launch_ros would read a text as YAML, and 0.01 would be a number.
    typed = {
        name: ParameterValue(value, value_type=type(value)) if isinstance(value, str) else value
        for name, value in to_plain(parameters).items()
    }
    return Node(
        package=package,
        executable=executable,
        output="screen",
        parameters=[{"use_sim_time": use_sim_time, **(of_libraries or {})}, typed],
        **more,
    )


def needs(
    node: Node, what: str, *, may_end: bool = False, then: Callable[[], Entities] = list
) -> RegisterEventHandler:
    """Let the launch fail with a sentence when a node ends by itself.

    Args:
        node: The node.
        what: What has failed then, e.g. ``recording failed``.
        may_end: Whether it may end with exit code 0.
        then: What to do when it did.
    """

    def ended(event: ProcessExited, context: LaunchContext) -> Entities:
        if context.is_shutdown:
            return []
        if may_end and event.returncode == 0:
            return then()
        raise AfilError(
            f"{what}: {event.process_name} ended with code {event.returncode}; its messages are "
            f"above"
        )

    return RegisterEventHandler(OnProcessExit(target_action=node, on_exit=ended))


def drivers(
    document: ContractDocument,
    choice: str,
    *,
    passive: bool = False,
    told: Mapping[str, Any] | None = None,
) -> Entities:
    """A robot's drivers, where its contract says what starts them.

    Args:
        document: The contract's.
        choice: ``auto``, ``none``, or options of their launch file as YAML.
        passive: Whether ``passive`` is one of these options.
        told: What the launch file is told, too, where it takes it and the choice says nothing.

    Raises:
        AfilError: When their package is not installed, or there is nothing that takes options.
    """
    unsaid = choice == _AS_THE_CONTRACT_SAYS
    bringup = document.bringup
    if passive and choice == _NOBODY:
        raise AfilError("passive:=true is told to drivers, and bringup:=none starts none")
    if choice == _NOBODY or (unsaid and bringup is None and not passive):
        return []
    if bringup is None:
        said = "passive:=true" if unsaid else f"bringup:={choice}"
        raise AfilError(
            f"{said} is for a robot whose contract names a launch file (bringup), and "
            f"that of {document.robot} names none; start its drivers yourself and leave it out"
        )
    options = {} if unsaid else parse_yaml(choice, "bringup")
    if not isinstance(options, dict):
        raise AfilError(
            f"bringup:={choice} is neither auto, none nor options of {bringup.launch} as YAML, "
            f"e.g. '{{host: gpu1}}'"
        )
    try:
        share = get_package_share_directory(bringup.package)
    except LookupError as error:
        raise AfilError(
            f"the drivers of {document.robot} are started by {bringup.launch} of "
            f"{bringup.package}, which is not installed here; install it, or start them yourself "
            f"and say bringup:=none"
        ) from error
    source = PythonLaunchDescriptionSource(f"{share}/launch/{bringup.launch}")
    if passive:
        options = {**options, "passive": True}
    known = _require_known(options, source, bringup.launch)
    options = {n: v for n, v in (told or {}).items() if n in known} | options
    texts = {name: _text(value) for name, value in options.items()}
    return [IncludeLaunchDescription(source, launch_arguments=texts.items())]


def _require_known(options: Mapping[str, Any], source: Any, launch: str) -> list[str]:
    """Launch passes over what a launch file does not know, as a misspelled host."""
    described = source.try_get_launch_description_without_context()
    known = [a.name for a in described.get_launch_arguments()] if described is not None else []
    for name in options if known else ():
        if name not in known:
            raise AfilError(
                f"bringup: {launch} has no argument '{name}'; {nearest(name, known)}it has "
                f"{', '.join(known)}"
            )
    return known


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def simulated_world(arguments: Mapping[str, Any]) -> Entities:
    """The simulated world, whose topics stay on this machine.

    Args:
        arguments: Of ``world.launch.py``.

    Raises:
        AfilError: When the package of the worlds is not installed.
    """
    texts = {name: _text(value) for name, value in arguments.items()}
    source = PythonLaunchDescriptionSource(world_launch_file(get_package_share_directory))
    return [
        *(SetEnvironmentVariable(*pair) for pair in simulation_environment().items()),
        IncludeLaunchDescription(source, launch_arguments=texts.items()),
    ]
