"""``ros2 run``: run an executable of a package."""

import argparse
import os
import shlex

from ament_index_python.packages import PackageNotFoundError
from embedded_ros2.executables import find_executable

from ..errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--prefix",
        help="Prefix command, which should go before the executable. Command must be wrapped in "
        "quotes if it contains spaces (e.g. --prefix 'gdb -ex run --args').",
    )
    parser.add_argument("package_name", help="Name of the ROS package")
    parser.add_argument("executable_name", help="Name of the executable")
    parser.add_argument(
        "argv",
        nargs=argparse.REMAINDER,
        help="Pass arbitrary arguments to the executable",
    )


def main(*, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Replace this process by the executable, so that it gets all signals itself."""
    try:
        path = find_executable(args.package_name, args.executable_name)
    except (PackageNotFoundError, ValueError):
        raise CommandError(f"Package '{args.package_name}' not found") from None
    if path is None:
        raise CommandError(
            f"No executable found: package '{args.package_name}' has no "
            f"'{args.executable_name}'; see 'ros2 pkg executables {args.package_name}'"
        )
    command = [*shlex.split(args.prefix or ""), path, *args.argv]
    try:
        os.execvp(command[0], command)
    except OSError as error:
        raise CommandError(f"Cannot run '{command[0]}': {error.strerror}") from None
