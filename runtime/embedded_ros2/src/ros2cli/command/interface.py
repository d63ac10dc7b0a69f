"""``ros2 interface``: definitions of messages, services and actions."""

import argparse
import sys
from collections.abc import Iterable

from embedded_ros2.definitions import (
    UnknownInterfaceError,
    interface_names,
    packages,
)

from ..definitions import definition_lines
from ..errors import CommandError
from ..verbs import Verb

TITLES = {"msg": "Messages", "srv": "Services", "action": "Actions"}
PARTS = {
    "msg": ("",),
    "srv": ("_Request", "_Response"),
    "action": ("_Goal", "_Result", "_Feedback"),
}


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    for letter, kind in (("m", "msg"), ("s", "srv"), ("a", "action")):
        parser.add_argument(
            f"-{letter}",
            f"--only-{kind}s",
            dest="kinds",
            action="append_const",
            const=kind,
            help=f"Print out only the {TITLES[kind].lower()}",
        )


def _list(args: argparse.Namespace) -> None:
    known = packages()
    for kind in TITLES:
        if args.kinds and kind not in args.kinds:
            continue
        print(f"{TITLES[kind]}:")
        for package, kinds in known.items():
            for name in interface_names(package, kind) if kind in kinds else []:
                print(f"    {package}/{kind}/{name}")


def _package_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package_name", help="Name of the ROS package (e.g. 'example_interfaces')")


def _package(args: argparse.Namespace) -> None:
    kinds = packages().get(args.package_name)
    if kinds is None:
        raise CommandError(f"Unknown package '{args.package_name}': it has no interfaces")
    for kind in kinds:
        for name in interface_names(args.package_name, kind):
            print(f"{args.package_name}/{kind}/{name}")


def _packages_arguments(parser: argparse.ArgumentParser) -> None:
    _list_arguments(parser)


def _packages(args: argparse.Namespace) -> None:
    for package, kinds in packages().items():
        if not args.kinds or set(args.kinds) & set(kinds):
            print(package)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "type",
        help="Show an interface definition (e.g. 'example_interfaces/msg/String'). Passing '-' "
        "reads the argument from stdin (e.g. 'ros2 topic type /chatter | ros2 interface show -').",
    )
    parser.add_argument("--all-comments", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--no-comments", action="store_true", help=argparse.SUPPRESS)


def _sections(name: str) -> Iterable[str]:
    kind = name.split("/")[1]
    for i, part in enumerate(PARTS[kind]):
        if i:
            yield "---"
        yield from definition_lines(f"{name}{part}")


def _show(args: argparse.Namespace) -> None:
    name = sys.stdin.readline().strip() if args.type == "-" else args.type
    words = name.split("/")
    if len(words) != 3 or words[1] not in PARTS:
        raise CommandError(
            f"The passed interface type '{name}' is invalid: <package>/<msg|srv|action>/<Name>"
        )
    try:
        print("\n".join(_sections(name)))
    except (UnknownInterfaceError, ValueError):
        raise CommandError(f"Unknown interface '{name}'") from None


def _proto_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "type", help="Show an interface prototype (e.g. 'example_interfaces/msg/String')"
    )
    parser.add_argument(
        "--no-quotes", action="store_true", help="if true output has no outer quotes."
    )


def _proto(args: argparse.Namespace) -> None:
    from rosidl_runtime_py import message_to_yaml
    from rosidl_runtime_py.utilities import get_interface

    try:
        interface = get_interface(args.type)
    except NotImplementedError:
        raise
    except Exception:
        raise CommandError(f"Unknown interface '{args.type}'") from None
    # What a person fills in: the goal of an action, the request of a service.
    asked = getattr(interface, "Goal", None) or getattr(interface, "Request", None) or interface
    quote = "" if args.no_quotes else '"'
    print(f"{quote}{message_to_yaml(asked())}{quote}")


VERBS = {
    "list": Verb("List all interface types available", _list_arguments, _list),
    "package": Verb(
        "Output a list of available interface types within one package",
        _package_arguments,
        _package,
    ),
    "packages": Verb(
        "Output a list of packages that provide interfaces", _packages_arguments, _packages
    ),
    "proto": Verb("Output an interface prototype", _proto_arguments, _proto),
    "show": Verb("Output the interface definition", _show_arguments, _show),
}
