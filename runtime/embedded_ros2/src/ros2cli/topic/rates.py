"""``ros2 topic hz``, ``bw`` and ``delay``: numbers over a window of messages."""

import argparse
import math
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from ..direct_node import absolute, add_direct_arguments, direct_node, spin
from ..errors import CommandError
from ..numbers import positive_int
from .echo import message_filter
from .messages import message_class, topic_type

WINDOW = 10000
PERIOD_S = 1.0
# Most bytes a second -> what is printed in this unit, divisor, decimals.
UNITS = ((1e3, "B", 1.0, 0), (1e6, "KB", 1e3, 2), (math.inf, "MB", 1e6, 2))


def _add_arguments(parser: argparse.ArgumentParser, window: int) -> None:
    parser.add_argument("topic_name", help="Name of the ROS topic to listen to (e.g. '/chatter')")
    parser.add_argument(
        "--window", "-w", type=positive_int, default=window, metavar="WINDOW",
        help=f"window size, in # of messages, for calculating (default: {window})",
    )  # fmt: skip
    add_direct_arguments(parser)


def add_hz_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``hz``."""
    _add_arguments(parser, WINDOW)
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        help="only measure messages for which the Python expression over 'm' holds",
    )
    parser.add_argument("--wall-time", action="store_true", help="calculates rate using wall time")


def add_bw_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``bw``."""
    _add_arguments(parser, 100)


def add_delay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of ``delay``."""
    _add_arguments(parser, WINDOW)


def statistics(values: Collection[float]) -> tuple[float, float, float, float]:
    """Return mean, least, greatest and standard deviation."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return mean, min(values), max(values), deviation


def _seconds(title: str, first: float, values: Collection[float]) -> str:
    _, least, greatest, deviation = statistics(values)
    return (
        f"{title}: {first:.3f}\n\tmin: {least:.3f}s max: {greatest:.3f}s "
        f"std dev: {deviation:.5f}s window: {len(values)}"
    )


def _listen(
    args: argparse.Namespace,
    on_message: Callable[[Any, Any], None],
    *,
    raw: bool,
    title: str = "",
    report: Callable[[], None] | None = None,
) -> int:
    """Subscribe once the topic is there, and report each second, if there is what reports."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data

    with direct_node(args) as node:
        name = topic_type(node, args.topic_name)
        if name is None:
            print(
                f"WARNING: topic [{args.topic_name}] does not appear to be published yet",
                flush=True,
            )
            while name is None and rclpy.ok():
                name = topic_type(node, args.topic_name)
        if name is None:
            return 0
        node.create_subscription(
            message_class(name),
            absolute(args.topic_name),
            lambda message: on_message(node, message),
            qos_profile_sensor_data,
            raw=raw,
        )
        if title:
            print(title, flush=True)
        if report is not None:
            node.create_timer(PERIOD_S, report)
        spin(node, period_s=0.2)
    return 0


def hz(args: argparse.Namespace) -> int:
    """Print the rate of a topic, with the first message a second after the last print."""
    accepts = message_filter(args.filter)
    periods: deque[float] = deque(maxlen=args.window)
    last: float | None = None
    printed: float | None = None

    def on_message(node: Any, message: Any) -> None:
        nonlocal last, printed
        if accepts is not None and not accepts(message):
            return
        wall = args.wall_time or not args.use_sim_time
        now = time.perf_counter() if wall else node.get_clock().now().nanoseconds * 1e-9
        if last is None or now < last:
            # Simulated time has been set back: what was before has no meaning any more.
            periods.clear()
            last, printed = now, None
            return
        periods.append(now - last)
        last = now
        printed = now if printed is None else printed
        if now - printed >= PERIOD_S:
            printed = now
            mean = sum(periods) / len(periods)
            rate = 1.0 / mean if mean > 0 else 0.0
            print(_seconds("average rate", rate, periods), flush=True)

    return _listen(args, on_message, raw=accepts is None)


def bandwidth_text(rate: float, sizes: Collection[float]) -> str:
    """Return what ``bw`` prints; all of it is in the unit that suits the bandwidth."""
    _, unit, divisor, decimals = next(row for row in UNITS if rate < row[0])
    mean, least, greatest, _ = statistics(sizes)
    total, mean_text, least_text, greatest_text = (
        f"{value / divisor:.{decimals}f} {unit}" for value in (rate, mean, least, greatest)
    )
    return (
        f"{total}/s from {len(sizes)} messages\n\tMessage size mean: {mean_text} "
        f"min: {least_text} max: {greatest_text}"
    )


def bw(args: argparse.Namespace) -> int:
    """Print the bandwidth of a topic."""
    times: deque[float] = deque(maxlen=args.window)
    sizes: deque[float] = deque(maxlen=args.window)

    def on_message(node: Any, message: Any) -> None:
        times.append(time.perf_counter())
        sizes.append(len(message))

    def report() -> None:
        if len(times) > 1:
            rate = sum(sizes) / (time.perf_counter() - times[0])
            print(bandwidth_text(rate, sizes), flush=True)

    title = f"Subscribed to [{args.topic_name}]"
    return _listen(args, on_message, raw=True, title=title, report=report)


def delay(args: argparse.Namespace) -> int:
    """Print how old the messages of a topic are when they come in, by their header's stamp."""
    delays: deque[float] = deque(maxlen=args.window)
    began = False
    is_new = False

    def on_message(node: Any, message: Any) -> None:
        nonlocal began, is_new
        if not hasattr(message, "header"):
            raise CommandError("msg does not have header")
        if not began:
            # The first one may have waited for the subscription.
            began = True
            return
        stamp = message.header.stamp
        now = node.get_clock().now().nanoseconds
        delays.append((now - stamp.sec * 10**9 - stamp.nanosec) * 1e-9)
        is_new = True

    def report() -> None:
        nonlocal is_new
        if not delays:
            return
        if is_new:
            mean = sum(delays) / len(delays)
            print(_seconds("average delay", mean, delays), flush=True)
        else:
            print("no new messages", flush=True)
        is_new = False

    return _listen(args, on_message, raw=False, report=report)
