"""``ros2 launch``: run a launch file."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from ..errors import CommandError
from ..launch_arguments import check_arguments, parse_arguments, show_arguments

if TYPE_CHECKING:
    from launch import LaunchDescription


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "-n",
        "--noninteractive",
        default=not sys.stdin.isatty(),
        action="store_true",
        help="Run the launch system non-interactively, with no terminal associated",
    )
    parser.add_argument(
        "-d", "--debug", action="store_true", help="Put the launch system in debug mode"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "-p",
        "--print",
        "--print-description",
        dest="print_description",
        action="store_true",
        help="Print the launch description to the console without launching it.",
    )
    group.add_argument(
        "-s",
        "--show-args",
        "--show-arguments",
        dest="show_args",
        action="store_true",
        help="Show arguments that may be given to the launch file.",
    )
    parser.add_argument(
        "-a",
        "--show-all-subprocesses-output",
        action="store_true",
        help="Show all launched subprocesses' output by overriding their output configuration",
    )
    parser.add_argument(
        "--launch-prefix",
        help="Prefix command, which should go before all executables.",
    )
    parser.add_argument(
        "--launch-prefix-filter",
        help="Regex pattern for filtering which executables the --launch-prefix is applied to.",
    )
    parser.add_argument(
        "package_name",
        help="Name of the ROS package which contains the launch file, or path of the file",
    )
    parser.add_argument("launch_file_name", nargs="?", help="Name of the launch file")
    parser.add_argument(
        "launch_arguments",
        nargs=argparse.REMAINDER,
        help="Arguments to the launch file; '<name>:=<value>' (for duplicates, last one wins)",
    )


def _find_in_package(package: str, file_name: str) -> str:
    try:
        share = get_package_share_directory(package)
    except (PackageNotFoundError, ValueError) as error:
        raise CommandError(f"Package '{package}' not found: {error}") from None
    paths = [
        os.path.join(root, name)
        for root, _, names in os.walk(share)
        for name in names
        if name == file_name
    ]
    if not paths:
        raise CommandError(
            f"file '{file_name}' was not found in the share directory of package '{package}' "
            f"which is at '{share}'"
        )
    if len(paths) > 1:
        raise CommandError(
            f"file '{file_name}' was found more than once in the share directory of package "
            f"'{package}': {sorted(paths)}"
        )
    return paths[0]


def _split(args: argparse.Namespace) -> tuple[str, list[str]]:
    """Return the launch file's path and the words that follow."""
    rest = list(args.launch_arguments)
    flags = {"-s": "show_args", "--show-args": "show_args", "--show-arguments": "show_args",
             "-p": "print_description", "--print": "print_description",
             "--print-description": "print_description", "-d": "debug", "--debug": "debug",
             "-n": "noninteractive", "--noninteractive": "noninteractive",
             "-a": "show_all_subprocesses_output"}  # fmt: skip
    if args.launch_file_name is not None and os.path.isfile(args.package_name):
        rest.insert(0, args.launch_file_name)
        args.launch_file_name = None
    for word in list(rest):
        # Options may stand behind the launch file, too.
        if word in flags:
            setattr(args, flags[word], True)
            rest.remove(word)
    if args.launch_file_name is None:
        if not os.path.isfile(args.package_name):
            if os.sep in args.package_name or args.package_name.endswith(".py"):
                raise CommandError(f"launch file '{args.package_name}' does not exist")
            raise CommandError(
                f"no launch file was given: 'ros2 launch {args.package_name} <file>', and there "
                f"is no file '{args.package_name}'"
            )
        return args.package_name, rest
    return _find_in_package(args.package_name, args.launch_file_name), rest


def _load(path: str) -> "LaunchDescription":
    from launch.invalid_launch_file_error import InvalidLaunchFileError
    from launch.launch_description_sources import get_launch_description_from_any_launch_file

    try:
        return get_launch_description_from_any_launch_file(path)
    except InvalidLaunchFileError as error:
        cause = error.__cause__
        raise CommandError(
            f"launch file '{path}' cannot be loaded: {type(cause).__name__}: {cause}"
        ) from None


def main(*, parser: argparse.ArgumentParser, args: argparse.Namespace) -> int:
    """Launch the file and return 1 if an exception ended the launch."""
    if args.launch_prefix_filter is not None and args.launch_prefix is None:
        raise CommandError(
            "--launch-prefix must be specified if --launch-prefix-filter is provided"
        )
    path, words = _split(args)
    given = parse_arguments(words)
    if args.show_all_subprocesses_output:
        # The actions look for it when the launch file makes them.
        os.environ["OVERRIDE_LAUNCH_PROCESS_OUTPUT"] = "both"
    description = _load(path)
    if args.show_args:
        show_arguments(description)
        return 0
    import launch
    from launch.actions import IncludeLaunchDescription
    from launch.launch_description_source import LaunchDescriptionSource

    if args.print_description:
        print(launch.LaunchIntrospector().format_launch_description(description))
        return 0
    check_arguments(description, given, path)
    for name in ("launch_prefix", "launch_prefix_filter"):
        if getattr(args, name):
            given[name.replace("_", "-")] = getattr(args, name)
    try:
        service = launch.LaunchService(
            argv=words, noninteractive=args.noninteractive, debug=args.debug
        )
    except OSError as error:
        raise CommandError(
            f"the log folder '{error.filename}' cannot be made ({error.strerror}): "
            "set ROS_LOG_DIR to a folder that you may write to"
        ) from None
    source = LaunchDescriptionSource(description, path, "launch file")
    service.include_launch_description(
        launch.LaunchDescription(
            [IncludeLaunchDescription(source, launch_arguments=list(given.items()))]
        )
    )
    return service.run()
