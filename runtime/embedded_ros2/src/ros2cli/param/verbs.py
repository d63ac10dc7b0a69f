"""``ros2 param`` list, get, set, delete, describe, dump and load."""

import argparse
import sys
from typing import Any

import yaml

from ..calls import call
from ..direct_node import add_node_arguments, direct_node
from ..errors import CommandError
from ..graph_names import add_include_hidden
from ..nodes import node_names, require_node
from .values import TYPES, message_of, python_value, type_name, value_message


def _node_arguments(parser: argparse.ArgumentParser, **kwargs: Any) -> None:
    add_node_arguments(parser)
    parser.add_argument("node_name", help="Name of the ROS node", **kwargs)
    add_include_hidden(parser, "nodes")


def _names(node: Any, full: str, prefixes: list[str] | None = None) -> list[str]:
    from rcl_interfaces.srv import ListParameters

    request = ListParameters.Request()
    request.prefixes = prefixes or []
    answer = call(node, ListParameters, f"{full}/list_parameters", request, 5.0)
    return sorted(answer.result.names)


def _values(node: Any, full: str, names: list[str]) -> list[Any]:
    from rcl_interfaces.srv import GetParameters

    request = GetParameters.Request()
    request.names = names
    return list(call(node, GetParameters, f"{full}/get_parameters", request, 5.0).values)


def _descriptors(node: Any, full: str, names: list[str]) -> list[Any]:
    from rcl_interfaces.srv import DescribeParameters

    request = DescribeParameters.Request()
    request.names = names
    answer = call(node, DescribeParameters, f"{full}/describe_parameters", request, 5.0)
    return list(answer.descriptors)


def _set(node: Any, full: str, values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Set parameters one by one and return (name, result)."""
    from rcl_interfaces.msg import Parameter
    from rcl_interfaces.srv import SetParameters

    request = SetParameters.Request()
    request.parameters = [Parameter(name=name, value=value) for name, value in values.items()]
    answer = call(node, SetParameters, f"{full}/set_parameters", request, 5.0)
    return list(zip(values, answer.results, strict=True))


def _report(results: list[tuple[str, Any]], subject: str) -> None:
    for name, result in results:
        reason = f": {result.reason}" if result.reason else ""
        if result.successful:
            print(f"{subject.format(name=name)} successful{reason}")
        else:
            message = subject.format(name=name).replace("Set parameter", "Setting parameter")
            print(f"{message} failed{reason}", file=sys.stderr)


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``list``."""
    _node_arguments(parser, nargs="?")
    parser.add_argument(
        "--param-prefixes", nargs="+", default=[], help="Only list parameters with the prefixes"
    )
    parser.add_argument("--param-type", action="store_true", help="Print parameter types")
    parser.add_argument("--filter", help="Only list parameters matching the regular expression")


def list_parameters(args: argparse.Namespace) -> None:
    """Print the parameters of a node, or of all."""
    import re

    with direct_node(args, discover=args.node_name is None) as node:
        if args.node_name is not None:
            nodes = [require_node(node, args.node_name)]
        else:
            services = dict(node.get_service_names_and_types())
            names = sorted(set(node_names(node, args.include_hidden_nodes)))
            nodes = [name for name in names if f"{name}/list_parameters" in services]
        for full in nodes:
            if args.node_name is None:
                print(f"{full}:")
            names = _names(node, full, args.param_prefixes)
            names = [name for name in names if not args.filter or re.match(args.filter, name)]
            types = [""] * len(names)
            if args.param_type:
                types = [
                    f" (type: {type_name(descriptor.type)})"
                    for descriptor in _descriptors(node, full, names)
                ]
            for name, kind in zip(names, types, strict=True):
                print(f"  {name}{kind}")


def add_get_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``get``."""
    _node_arguments(parser)
    parser.add_argument("parameter_name", help="Name of the parameter")
    parser.add_argument("--hide-type", action="store_true", help="Hide the type information")


def get(args: argparse.Namespace) -> None:
    """Print the value of a parameter."""
    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        values = _values(node, full, [args.parameter_name])
    if not values or values[0].type not in TYPES:
        raise CommandError(
            "Parameter not set" if values else f"Node '{full}' refused to tell its parameters"
        )
    value = python_value(values[0])
    print(value if args.hide_type else f"{TYPES[values[0].type][2]} {value}")


def add_set_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``set``."""
    _node_arguments(parser)
    parser.add_argument("parameter_name", help="Name of the parameter")
    parser.add_argument("value", help="Value of the parameter")


def set_parameter(args: argparse.Namespace) -> None:
    """Set a parameter; the exit code is 0 even if the node does not accept it, as in the real."""
    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        results = _set(node, full, {args.parameter_name: value_message(args.value)})
    _report(results, "Set parameter")


def add_delete_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``delete``."""
    _node_arguments(parser)
    parser.add_argument("parameter_name", help="Name of the parameter")


def delete(args: argparse.Namespace) -> int:
    """Undeclare a parameter."""
    from rcl_interfaces.msg import ParameterValue

    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        ((_, result),) = _set(node, full, {args.parameter_name: ParameterValue()})
    if result.successful:
        print("Deleted parameter successfully")
        return 0
    raise CommandError(f"Deleting parameter failed: {result.reason}")


def add_describe_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``describe``."""
    _node_arguments(parser)
    parser.add_argument("parameter_names", nargs="+", help="Names of the parameters")


def describe(args: argparse.Namespace) -> None:
    """Print what a node says of its parameters."""
    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        descriptors = _descriptors(node, full, args.parameter_names)
    for descriptor in descriptors:
        print(f"Parameter name: {descriptor.name}")
        print(f"  Type: {type_name(descriptor.type)}")
        if descriptor.description:
            print(f"  Description: {descriptor.description}")
        print("  Constraints:")
        if descriptor.read_only:
            print("    Read only: true")
        for bounds in [*descriptor.floating_point_range, *descriptor.integer_range][:1]:
            print(f"    Min value: {bounds.from_value}")
            print(f"    Max value: {bounds.to_value}")
            if bounds.step:
                print(f"    Step: {bounds.step}")
        if descriptor.additional_constraints:
            print(f"    Additional constraints: {descriptor.additional_constraints}")


def add_dump_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``dump``."""
    _node_arguments(parser)


def dump(args: argparse.Namespace) -> None:
    """Print the parameters of a node as a parameter file."""
    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        names = _names(node, full)
        values = _values(node, full, names)
    parameters: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        *groups, last = name.split(".")
        inner = parameters
        for group in groups:
            inner = inner.setdefault(group, {})
        inner[last] = python_value(value)
    print(yaml.dump({full: {"ros__parameters": parameters}}, default_flow_style=False))


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``load``."""
    _node_arguments(parser)
    parser.add_argument("parameter_file", help="Parameter file")
    parser.add_argument(
        "--no-use-wildcard",
        action="store_true",
        help="Do not load parameters in the '/**' namespace into the node",
    )


def _flatten(parameters: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def load(args: argparse.Namespace) -> None:
    """Set the parameters that a file has for a node."""
    try:
        with open(args.parameter_file, encoding="utf-8") as stream:
            content = yaml.safe_load(stream)
    except OSError as error:
        raise CommandError(f"'{args.parameter_file}': {error.strerror}") from None
    except yaml.YAMLError as error:
        raise CommandError(
            f"'{args.parameter_file}' is not YAML: {' '.join(str(error).split())}"
        ) from None
    with direct_node(args) as node:
        full = require_node(node, args.node_name)
        sections = [full, full.lstrip("/")]
        sections += [] if args.no_use_wildcard else ["/**"]
        found: dict[str, Any] = {}
        for section in reversed(sections):
            inside = (content or {}).get(section)
            if isinstance(inside, dict):
                found.update(_flatten(inside.get("ros__parameters") or {}))
        if not found:
            raise CommandError(f"'{args.parameter_file}' has no parameters for node '{full}'")
        results = _set(node, full, {name: message_of(value) for name, value in found.items()})
    _report(results, "Set parameter {name}")
