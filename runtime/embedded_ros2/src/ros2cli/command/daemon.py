"""``ros2 daemon``: there is none here; each command looks at the graph itself."""

import argparse

from ..verbs import Verb


def _nothing(parser: argparse.ArgumentParser) -> None:
    pass


def _status(args: argparse.Namespace) -> None:
    print("The daemon is not running")


def _stop(args: argparse.Namespace) -> None:
    print("The daemon is not running")


def _start(args: argparse.Namespace) -> None:
    raise NotImplementedError(
        "embedded_ros2 has no daemon, and its commands need none; use a ROS 2 installation"
    )


VERBS = {
    "start": Verb("Start the daemon if it isn't running", _nothing, _start),
    "status": Verb("Output the status of the daemon", _nothing, _status),
    "stop": Verb("Stop the daemon if it is running", _nothing, _stop),
}
