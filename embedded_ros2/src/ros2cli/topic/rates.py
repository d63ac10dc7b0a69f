"""``ros2 topic hz``, ``bw`` and ``delay``: numbers over a window of messages."""

import argparse
import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..direct_node import absolute, add_node_arguments, direct_node, spin
from .echo import _filter
from .messages import message_class, topic_type

WINDOW = 10000


def _add_arguments(parser: argparse.ArgumentParser, window: int) -> None:
    add_node_arguments(parser)
    parser.add_argument("topic_name", help="Name of the ROS topic to listen to (e.g. '/chatter')")
    parser.add_argument(
        "--window", "-w", type=_positive, default=window, metavar="WINDOW",
        help=f"window size, in # of messages, for calculating (default: {window})",
    )  # fmt: skip


def _positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"window must be a positive number, not {text}")
    return int(text)


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


def statistics(values: "deque[float]") -> tuple[float, float, float, float]:
    """Return mean, least, greatest and standard deviation."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return mean, min(values), max(values), deviation


def _listen(
    args: argparse.Namespace,
    on_message: Callable[[Any, Any], None],
    report: Callable[[], None],
    *,
    raw: bool,
) -> int:
    """Subscribe once the topic is there, and report each second that messages came in."""
    from rclpy.qos import qos_profile_sensor_data

    with direct_node(args) as node:
        topic = absolute(args.topic_name)
        name = topic_type(node, topic)
        if name is None:
            print(f"WARNING: topic [{topic}] does not appear to be published yet", flush=True)
            try:
                while name is None:
                    name = topic_type(node, topic)
            except KeyboardInterrupt:
                return 0
        count = 0

        def callback(message: Any) -> None:
            nonlocal count
            count += 1
            on_message(node, message)

        node.create_subscription(
            message_class(name), topic, callback, qos_profile_sensor_data, raw=raw
        )
        reported = 0
        while node.context.ok():
            deadline = time.monotonic() + 1.0
            interrupted = True

            def over(deadline: float = deadline) -> bool:
                nonlocal interrupted
                interrupted = time.monotonic() < deadline
                return not interrupted

            spin(node, over, 0.2)
            if interrupted:
                return 0
            if count > reported:
                report()
                reported = count
    return 0


def hz(args: argparse.Namespace) -> int:
    """Print the rate of a topic."""
    accepts = _filter(args.filter)
    periods: deque[float] = deque(maxlen=max(args.window - 1, 1))
    last: float | None = None

    def on_message(node: Any, message: Any) -> None:
        nonlocal last
        if accepts is not None and not accepts(message):
            return
        wall = args.wall_time or not args.use_sim_time
        now = time.perf_counter() if wall else node.get_clock().now().nanoseconds * 1e-9
        if last is not None and now > last:
            periods.append(now - last)
        if last is not None and now < last:
            # Simulated time has been set back: what was before has no meaning any more.
            periods.clear()
        last = now

    def report() -> None:
        if not periods:
            return
        mean, least, greatest, deviation = statistics(periods)
        print(
            f"average rate: {1.0 / mean:.3f}\n\tmin: {least:.3f}s max: {greatest:.3f}s "
            f"std dev: {deviation:.5f}s window: {len(periods) + 1}",
            flush=True,
        )

    return _listen(args, on_message, report, raw=accepts is None)


def _size(bytes_: float) -> str:
    for limit, unit in ((1e6, "MB"), (1e3, "KB")):
        if bytes_ >= limit:
            return f"{bytes_ / limit:.2f} {unit}"
    return f"{bytes_:.0f} B"


def bw(args: argparse.Namespace) -> int:
    """Print the bandwidth of a topic."""
    times: deque[float] = deque(maxlen=args.window)
    sizes: deque[float] = deque(maxlen=args.window)

    def on_message(node: Any, message: Any) -> None:
        times.append(time.perf_counter())
        sizes.append(len(message))

    def report() -> None:
        if len(times) < 2:
            return
        rate = sum(sizes) / (time.perf_counter() - times[0])
        mean, least, greatest, _ = statistics(sizes)
        print(
            f"{_size(rate)}/s from {len(times)} messages\n\tMessage size mean: {_size(mean)} "
            f"min: {_size(least)} max: {_size(greatest)}",
            flush=True,
        )

    return _listen(args, on_message, report, raw=True)


def delay(args: argparse.Namespace) -> int:
    """Print how old the messages of a topic are when they come in, by their header's stamp."""
    delays: deque[float] = deque(maxlen=args.window)
    warned = False

    def on_message(node: Any, message: Any) -> None:
        nonlocal warned
        if not hasattr(message, "header"):
            if not warned:
                print("msg does not have header", flush=True)
                warned = True
            return
        stamp = message.header.stamp
        now = node.get_clock().now().nanoseconds
        delays.append((now - stamp.sec * 10**9 - stamp.nanosec) * 1e-9)

    def report() -> None:
        if not delays:
            return
        mean, least, greatest, deviation = statistics(delays)
        print(
            f"average delay: {mean:.3f}\n\tmin: {least:.3f}s max: {greatest:.3f}s "
            f"std dev: {deviation:.5f}s window: {len(delays)}",
            flush=True,
        )

    return _listen(args, on_message, report, raw=False)
