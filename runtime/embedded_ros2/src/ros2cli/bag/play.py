"""``ros2 bag play``."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..direct_node import absolute, direct_node
from ..errors import CommandError
from ..topic.messages import message_class
from ..verbs import add_missing_options
from .metadata import read_summary
from .qos import offered_profile, override_profiles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``play``."""
    parser.add_argument("bag_path", help="Bag to open")
    parser.add_argument("-s", "--storage", default="", help=argparse.SUPPRESS)
    parser.add_argument(
        "-r", "--rate", type=_positive, default=1.0, help="rate at which to play back messages."
    )
    parser.add_argument(
        "--topics", nargs="+", default=[], metavar="topic", help="Space-delimited topics to play."
    )
    parser.add_argument(
        "-e",
        "--regex",
        default="",
        help="Play only topics and services matches with regular expression.",
    )
    parser.add_argument(
        "--exclude-topics", nargs="+", default=[], metavar="topic", help="Topics not to play."
    )
    parser.add_argument(
        "--qos-profile-overrides-path", help="Path to a yaml file defining QoS profile overrides."
    )
    parser.add_argument(
        "-l", "--loop", action="store_true", help="Enables loop playback when playing a bagfile"
    )
    parser.add_argument(
        "--remap",
        "-m",
        nargs="+",
        default=[],
        metavar="old:=new",
        help="List of topics to be remapped",
    )
    parser.add_argument(
        "--clock", type=_positive, nargs="?", const=40.0, default=0.0,
        help="Publish to /clock at a specific frequency in Hz (default: 40)",
    )  # fmt: skip
    parser.add_argument(
        "-d", "--delay", type=float, default=0.0, help="Sleep duration before play in seconds."
    )
    parser.add_argument(
        "--start-offset",
        type=float,
        default=0.0,
        help="Start the playback this many seconds into the bag.",
    )
    parser.add_argument(
        "--playback-duration", type=float, default=-1.0, help="Playback duration, in seconds."
    )
    add_missing_options(
        parser, "-p", "--start-paused", "--services", "--publish-service-requests",
        "--clock-topics", "--clock-topics-all", "--playback-until-sec",
    )  # fmt: skip
    parser.add_argument("--read-ahead-queue-size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--disable-keyboard-controls", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--wait-for-all-acked", type=int, metavar="TIMEOUT", default=-1,
        help="Wait until all published messages are acknowledged, at most TIMEOUT milliseconds",
    )  # fmt: skip


def _positive(text: str) -> float:
    if float(text) <= 0:
        raise argparse.ArgumentTypeError(f"must be greater than zero, not {text}")
    return float(text)


def _remappings(rules: list[str]) -> dict[str, str]:
    pairs = [rule.partition(":=") for rule in rules]
    for old, separator, new in pairs:
        if not (old and separator and new):
            raise CommandError(f"remapping '{old}{separator}{new}' is not of the form old:=new")
    return {absolute(old): absolute(new) for old, _, new in pairs}


def _wanted(args: argparse.Namespace, connections: list[Any]) -> list[Any]:
    import re

    topics = [absolute(topic) for topic in args.topics]
    excluded = {absolute(topic) for topic in args.exclude_topics}
    found = []
    for connection in connections:
        selected = not topics and not args.regex
        selected = selected or connection.topic in topics
        selected = selected or bool(args.regex and re.search(args.regex, connection.topic))
        if selected and connection.topic not in excluded:
            found.append(connection)
    missing = set(topics) - {connection.topic for connection in connections}
    if missing:
        raise CommandError(f"bag '{args.bag_path}' has no topic {sorted(missing)}")
    return found


class _Clock:
    """Publishes the bag's time on /clock."""

    def __init__(self, node: Any, frequency: float) -> None:
        from rosgraph_msgs.msg import Clock

        from rclpy.qos import QoSProfile

        self._class = Clock
        self._period_ns = int(1e9 / frequency)
        self._next_ns = 0
        self._publisher = node.create_publisher(Clock, "/clock", QoSProfile(depth=1))

    def advance(self, now_ns: int) -> None:
        """Publish the time, if the period is over."""
        if now_ns < self._next_ns:
            return
        message = self._class()
        message.clock.sec, message.clock.nanosec = divmod(now_ns, 10**9)
        self._publisher.publish(message)
        self._next_ns = now_ns + self._period_ns

    def reset(self) -> None:
        """Begin anew."""
        self._next_ns = 0


def _pace(
    messages: Iterator[tuple[Any, int, bytes]], begin_ns: int, rate: float, clock: _Clock | None
) -> Iterator[tuple[Any, bytes]]:
    """Give each message at its time, in steps short enough for the clock."""
    start = time.monotonic()
    for connection, stamp, data in messages:
        while True:
            now_ns = begin_ns + int((time.monotonic() - start) * rate * 1e9)
            if clock is not None:
                clock.advance(min(now_ns, stamp))
            if now_ns >= stamp:
                break
            time.sleep(min((stamp - now_ns) / rate * 1e-9, 0.01 if clock is not None else 0.1))
        yield connection, data


def play(args: argparse.Namespace) -> int:
    """Publish the messages of a bag at their times."""
    from rosbags.rosbag2 import Reader

    path = Path(args.bag_path)
    read_summary(path)
    remap = _remappings(args.remap)
    overrides = override_profiles(args.qos_profile_overrides_path)
    with Reader(path) as reader, direct_node(args) as node:
        wanted = _wanted(args, list(reader.connections))
        publishers = {}
        for connection in wanted:
            topic = remap.get(connection.topic, connection.topic)
            profile = overrides.get(connection.topic) or offered_profile(connection)
            publishers[connection.id] = node.create_publisher(
                message_class(connection.msgtype), topic, profile
            )
        if not wanted or not reader.message_count:
            raise CommandError(f"bag '{path}' has no messages to play")
        clock = _Clock(node, args.clock) if args.clock else None
        time.sleep(max(args.delay, 0.3))
        begin = reader.start_time + int(args.start_offset * 1e9)
        end = None
        if args.playback_duration >= 0:
            end = begin + int(args.playback_duration * 1e9)
        print(f"[INFO] [rosbag2_player]: Playback of '{path}' at rate {args.rate:g}", flush=True)
        try:
            while True:
                messages = reader.messages(connections=wanted, start=begin, stop=end)
                for connection, data in _pace(messages, begin, args.rate, clock):
                    publishers[connection.id].publish(bytes(data))
                if not args.loop:
                    break
                if clock is not None:
                    clock.reset()
        except KeyboardInterrupt:
            return 0
        # Reliable readers get what is still on the way.
        for publisher in publishers.values():
            publisher.wait_for_all_acked(_timeout(args.wait_for_all_acked))
    return 0


def _timeout(milliseconds: int) -> Any:
    from rclpy.duration import Duration

    return Duration(nanoseconds=(milliseconds if milliseconds > 0 else 1000) * 10**6)
