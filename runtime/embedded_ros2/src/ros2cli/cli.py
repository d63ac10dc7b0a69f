"""Entry point of the command ``ros2``: finds the command's module and runs it."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence

from embedded_ros2.real_ros import sourced_prefix

from .errors import CommandError, TerminatedError
from .verbs import add_verbs, run_verb

COMMANDS = {
    "action": "Various action related sub-commands",
    "bag": "Various rosbag related sub-commands",
    "daemon": "Various daemon related sub-commands",
    "doctor": "Check ROS setup and other potential issues",
    "interface": "Show information about ROS interfaces",
    "launch": "Run a launch file",
    "lifecycle": "Various lifecycle related sub-commands",
    "node": "Various node related sub-commands",
    "param": "Various param related sub-commands",
    "pkg": "Various package related sub-commands",
    "run": "Run a package specific executable",
    "service": "Various service related sub-commands",
    "topic": "Various topic related sub-commands",
    "wtf": "Use `wtf` as alias to `doctor`",
}
MISSING = ("component", "control", "multicast", "security", "test")
MODULES = {"wtf": "doctor"}


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<11}{text}" for name, text in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="ros2",
        usage="ros2 [-h] Call `ros2 <command> -h` for more detailed usage. ...",
        description="ros2 is an extensible command-line tool for ROS 2 "
        "(this is the one of embedded_ros2).",
        epilog=f"Commands:\n{lines}\n\n  Call `ros2 <command> -h` for more detailed usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--use-python-default-buffering",
        action="store_true",
        help="Do not force line buffering in stdout and instead use the python default buffering",
    )
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run a command line, without the word ``ros2``, and return its exit code.

    Raises:
        CommandError: the command cannot do what it was asked for.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.print_help()
        return 0
    if args.command in MISSING:
        raise CommandError(f"embedded_ros2 has no 'ros2 {args.command}'; use a ROS 2 installation")
    if args.command not in COMMANDS:
        parser.error(
            f"argument Call `ros2 <command> -h` for more detailed usage.: invalid choice: "
            f"'{args.command}' (choose from {', '.join(COMMANDS)})"
        )
    if not args.use_python_default_buffering:
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    name = MODULES.get(args.command, args.command)
    module = importlib.import_module(f".command.{name}", __package__)
    sub_parser = argparse.ArgumentParser(
        prog=f"ros2 {args.command}", description=COMMANDS[args.command]
    )
    verbs = getattr(module, "VERBS", None)
    if verbs is None:
        module.add_arguments(sub_parser)
    else:
        add_verbs(sub_parser, verbs, getattr(module, "MISSING", ()))
    parsed, unknown = sub_parser.parse_known_args(args.rest)
    if unknown and not hasattr(parsed, "_missing"):
        sub_parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if verbs is not None:
        return run_verb(sub_parser, parsed)
    return int(module.main(parser=sub_parser, args=parsed) or 0)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``ros2`` with the process's command line."""
    other = sourced_prefix()
    if other is not None:
        print(
            f"A ROS 2 installation is sourced ({other}): use its ros2 command; this one, "
            f"{sys.argv[0]}, belongs to embedded_ros2 and keeps out of its way.",
            file=sys.stderr,
        )
        return 1
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Until there is something to be ended in order, the process just ends: an exception in
        # the middle of an import may come out as another one.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return run(sys.argv[1:] if argv is None else argv)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except NotImplementedError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has had enough, as in `ros2 topic echo | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except TerminatedError:
        return 128 + int(signal.SIGTERM)
    except KeyboardInterrupt:
        return int(signal.SIGINT)
