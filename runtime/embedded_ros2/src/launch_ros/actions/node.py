"""The action that runs a ROS node."""

import atexit
import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from launch.actions import ExecuteProcess
from launch.launch_context import LaunchContext
from launch.launch_description_entity import LaunchDescriptionEntity
from launch.logging import get_logger
from launch.some_substitutions_type import SomeSubstitutionsType
from launch.utilities import (
    ensure_argument_type,
    normalize_to_list_of_substitutions,
    perform_substitutions,
)

from ..parameters_type import SomeParameters
from ..remap_rule_type import SomeRemapRules
from ..substitutions import ExecutableInPackage
from ..utilities import (
    add_node_name,
    get_node_name_count,
    make_namespace_absolute,
    prefix_namespace,
)
from ..utilities.parameters import (
    evaluate_parameters,
    normalize_parameters,
    normalize_remap_rules,
)
from ..utilities.validation import validate_namespace, validate_node_name


class Node(ExecuteProcess):
    """Runs a package's executable with ROS arguments.

    Args:
        executable: name of the executable, or its path where there is no ``package``.
        package: the package.
        name: name of the node; by default what its code says.
        namespace: namespace of the node, below that of `PushROSNamespace` unless absolute.
        exec_name: name in the output; by default that of the executable.
        parameters: list of parameter files, dictionaries and `Parameter`; the last one wins.
        remappings: (from, to) pairs.
        ros_arguments: further words after ``--ros-args``.
        arguments: words before ``--ros-args``.
        kwargs: see `launch.actions.ExecuteProcess`.
    """

    UNSPECIFIED_NODE_NAME = "<node_name_unspecified>"
    UNSPECIFIED_NODE_NAMESPACE = ""

    def __init__(
        self,
        *,
        executable: SomeSubstitutionsType,
        package: SomeSubstitutionsType | None = None,
        name: SomeSubstitutionsType | None = None,
        namespace: SomeSubstitutionsType | None = None,
        exec_name: SomeSubstitutionsType | None = None,
        parameters: SomeParameters | None = None,
        remappings: SomeRemapRules | None = None,
        ros_arguments: Iterable[SomeSubstitutionsType] | None = None,
        arguments: Iterable[SomeSubstitutionsType] | None = None,
        **kwargs: Any,
    ) -> None:
        command: SomeSubstitutionsType = executable
        if package is not None:
            command = ExecutableInPackage(package=package, executable=executable)
        if parameters is not None:
            ensure_argument_type(parameters, (list, tuple), "parameters", "Node")
        super().__init__(cmd=[command, *(arguments or [])], name=exec_name, **kwargs)
        self.__package = package
        self.__executable = executable
        self.__name = name
        self.__namespace = namespace
        self.__parameters = normalize_parameters(parameters or [])
        self.__remappings = normalize_remap_rules(remappings or [])
        self.__ros_arguments = list(ros_arguments or [])
        self.__expanded_name = self.UNSPECIFIED_NODE_NAME
        self.__expanded_namespace = self.UNSPECIFIED_NODE_NAMESPACE
        self.__expanded_remappings: list[tuple[str, str]] | None = None
        self.__final_name: str | None = None

    @property
    def node_package(self) -> SomeSubstitutionsType | None:
        """The package."""
        return self.__package

    @property
    def node_executable(self) -> SomeSubstitutionsType:
        """The executable's name."""
        return self.__executable

    @property
    def node_name(self) -> str:
        """The full name of the node; RuntimeError before it is executed."""
        if self.__final_name is None:
            raise RuntimeError("cannot access 'node_name' before executing action")
        return self.__final_name

    @property
    def expanded_node_namespace(self) -> str:
        """The namespace, once executed."""
        return self.__expanded_namespace

    @property
    def expanded_remapping_rules(self) -> list[tuple[str, str]] | None:
        """The remappings, once executed."""
        return self.__expanded_remappings

    def is_node_name_fully_specified(self) -> bool:
        """Return whether both name and namespace are known."""
        return (
            self.__expanded_name != self.UNSPECIFIED_NODE_NAME
            and self.__expanded_namespace != self.UNSPECIFIED_NODE_NAMESPACE
        )

    def _perform_substitutions(self, context: LaunchContext) -> None:
        if self.__final_name is not None:
            return
        if self.__name is not None:
            self.__expanded_name = perform_substitutions(
                context, normalize_to_list_of_substitutions(self.__name)
            )
            validate_node_name(self.__expanded_name)
        own = None
        if self.__namespace is not None:
            own = perform_substitutions(
                context, normalize_to_list_of_substitutions(self.__namespace)
            )
        base = context.launch_configurations.get("ros_namespace")
        namespace = make_namespace_absolute(prefix_namespace(base, own))
        if namespace:
            self.__expanded_namespace = namespace
            validate_namespace(namespace)
        prefix = self.__expanded_namespace.rstrip("/")
        self.__final_name = f"{prefix}/{self.__expanded_name}"
        words = ["--ros-args", *self.__ros_words(context)]
        self.process_description.cmd.extend(normalize_to_list_of_substitutions(w) for w in words)

    def __ros_words(self, context: LaunchContext) -> list[str]:
        """The words after ``--ros-args``; what comes later wins over what came before."""
        words = [
            perform_substitutions(context, normalize_to_list_of_substitutions(word))
            for word in self.__ros_arguments
        ]
        if self.__expanded_name != self.UNSPECIFIED_NODE_NAME:
            words += ["-r", f"__node:={self.__expanded_name}"]
        if self.__expanded_namespace != self.UNSPECIFIED_NODE_NAMESPACE:
            words += ["-r", f"__ns:={self.__expanded_namespace}"]
        for entry in context.launch_configurations.get("global_params", []):
            if isinstance(entry, tuple):
                words += ["-p", f"{entry[0]}:={_yaml(entry[1])}"]
            elif isinstance(entry, dict):
                names = (self.__expanded_name, self.__final_name)
                for name in entry.keys() & set(names):
                    words += ["--params-file", entry[name]]
            else:
                words += ["--params-file", entry]
        for parameters in evaluate_parameters(context, self.__parameters):
            path = parameters if isinstance(parameters, Path) else self.__write(parameters)
            if not path.is_file():
                get_logger("launch_ros").warning(f"Parameter file path is not a file: {path}")
            words += ["--params-file", str(path)]
        rules = [
            (perform_substitutions(context, k), perform_substitutions(context, v))
            for k, v in self.__remappings
        ]
        self.__expanded_remappings = [*context.launch_configurations.get("ros_remaps", []), *rules]
        for k, v in self.__expanded_remappings:
            words += ["-r", f"{k}:={v}"]
        return words

    def __write(self, parameters: dict[str, Any]) -> Path:
        node = self.node_name if self.is_node_name_fully_specified() else "/**"
        with tempfile.NamedTemporaryFile(
            mode="w", prefix="launch_params_", delete=False
        ) as stream:
            yaml.safe_dump({node: {"ros__parameters": parameters}}, stream)
        # The node, and its respawned successors, read it as long as the launch lasts.
        atexit.register(_remove, stream.name)
        return Path(stream.name)

    def execute(self, context: LaunchContext) -> list[LaunchDescriptionEntity] | None:
        """Start the node."""
        self._perform_substitutions(context)
        result = super().execute(context)
        if self.is_node_name_fully_specified():
            add_node_name(context, self.node_name)
            count = get_node_name_count(context, self.node_name)
            if count > 1:
                get_logger("launch_ros").warning(
                    f"there are now at least {count} nodes with the name {self.node_name} "
                    "created within this launch context"
                )
        return result


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=2**16)
    return text.removesuffix("...\n").strip()
