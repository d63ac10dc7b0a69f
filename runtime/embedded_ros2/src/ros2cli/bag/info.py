"""``ros2 bag info``."""

import argparse
import time
from pathlib import Path

from .metadata import BagSummary, read_summary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``info``."""
    parser.add_argument("bag_path", help="Bag to open")
    parser.add_argument(
        "-s", "--storage", default="", help="Storage implementation of bag (found out by itself)"
    )
    parser.add_argument(
        "-t", "--topic-name", action="store_true", help="Only display topic names."
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="Display request/response information"
    )


def _size(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _date(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 10**9)
    date = time.strftime("%b %e %Y %H:%M:%S", time.localtime(seconds))
    return f"{date}.{rest:09d} ({seconds}.{rest:09d})"


def format_summary(bag: BagSummary) -> str:
    """Return the lines that ``ros2 bag info`` prints."""
    duration = f"{bag.duration_ns // 10**9}.{bag.duration_ns % 10**9:09d}s"
    lines = [
        "",
        f"Files:             {f'{chr(10)}{19 * chr(32)}'.join(bag.files)}",
        f"Bag size:          {_size(bag.size)}",
        f"Storage id:        {bag.storage}",
        f"ROS Distro:        {bag.distro}",
        f"Duration:          {duration}",
        f"Start:             {_date(bag.start_ns)}",
        f"End:               {_date(bag.start_ns + bag.duration_ns)}",
        f"Messages:          {bag.messages}",
    ]
    title = "Topic information: "
    for topic in sorted(bag.topics, key=lambda topic: topic.name):
        lines.append(
            f"{title}Topic: {topic.name} | Type: {topic.type} | Count: {topic.count} | "
            f"Serialization Format: {topic.serialization_format}"
        )
        title = " " * len(title)
    if not bag.topics:
        lines.append(title)
    return "\n".join(lines)


def info(args: argparse.Namespace) -> None:
    """Print a bag's summary."""
    bag = read_summary(Path(args.bag_path))
    if args.topic_name:
        print("\n".join(sorted(topic.name for topic in bag.topics)))
    else:
        print(format_summary(bag), end="\n\n")
