"""Feeds mutated CDR to every message type: nothing may crash, hang or grow.

``python -m benchmarks.fuzz [--count 10000] [--types PATTERN]`` deserializes payloads with
flipped bits, cut or lengthened, and with absurd lengths. The only errors allowed are those that
say that a payload is malformed. At the end broken payloads are sent through DDS to a node.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import random
import sys
import time
from typing import Any

from benchmarks.report import Report

_INTERESTING = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00")
_SLOWEST_S = 1.0


def all_types() -> list[str]:
    """Full names of all messages that are known."""
    from embedded_ros2.definitions import interface_names, packages

    return [
        f"{package}/msg/{name}"
        for package in packages()
        for name in interface_names(package, "msg")
    ]


def filled(message_class: type, generator: random.Random, depth: int = 0) -> object:
    """A message with something in every sequence, so that mutations meet content."""
    from rosidl_runtime_py import set_message_fields
    from rosidl_runtime_py.utilities import get_message

    message = message_class()
    for name, kind in message.get_fields_and_field_types().items():
        if not kind.startswith("sequence<") or depth > 2:
            continue
        element = kind[len("sequence<") :].rstrip(">").split(",")[0].split("<")[0]
        if "/" in element:
            nested = get_message("{}/msg/{}".format(*element.split("/")))
            setattr(message, name, [filled(nested, generator, depth + 1)])
        elif element in ("string", "wstring"):
            set_message_fields(message, {name: ["text", ""]})
        else:
            set_message_fields(message, {name: [generator.randrange(2) for _ in range(3)]})
    return message


def mutate(payload: bytes, generator: random.Random) -> bytes:
    """Change a payload in one to four places."""
    data = bytearray(payload)
    for _ in range(generator.randint(1, 4)):
        what = generator.randrange(5)
        place = generator.randrange(max(len(data), 1))
        if what == 0 and data:
            data[place] ^= 1 << generator.randrange(8)
        elif what == 1:
            del data[place:]
        elif what == 2:
            data += generator.randbytes(generator.randint(1, 40))
        elif what == 3:
            data[place : place + 4] = generator.choice(_INTERESTING)
        else:
            data[place:place] = generator.randbytes(generator.randint(1, 8))
    return bytes(data)


def fuzz_type(name: str, count: int, seed: int) -> tuple[int, float]:
    """Deserialize mutations of one type.

    Returns:
        (payloads that were refused, longest time for one in seconds).
    """
    from rclpy.serialization import deserialize_message, serialize_message
    from rosidl_runtime_py.utilities import get_message

    generator = random.Random(f"{name}{seed}")
    cls = get_message(name)
    payloads = [serialize_message(cls()), serialize_message(filled(cls, generator))]
    refused, slowest = 0, 0.0
    for _ in range(count):
        mutated = mutate(generator.choice(payloads), generator)
        start = time.perf_counter()
        try:
            deserialize_message(mutated, cls)
        except RuntimeError:
            refused += 1
        slowest = max(slowest, time.perf_counter() - start)
    return refused, slowest


def send_broken(count: int) -> int:
    """Send broken payloads to a live node; returns how many good ones arrived among them."""
    from std_msgs.msg import Header

    import rclpy
    from rclpy.serialization import serialize_message

    rclpy.init(args=[])
    node = rclpy.create_node("fuzzed")
    got: list[Any] = []
    node.create_subscription(Header, "fuzzed", got.append, 100)
    publisher = node.create_publisher(Header, "fuzzed", 100)
    while not publisher.get_subscription_count():
        time.sleep(0.01)
    generator, good = random.Random(1), serialize_message(Header(frame_id="good"))
    arrived = 0
    for _ in range(count):
        with contextlib.suppress(RuntimeError):  # Some are refused before they are sent.
            publisher.publish(mutate(good, generator))
        publisher.publish(good)
        end = time.monotonic() + 2
        while not any(m.frame_id == "good" for m in got) and time.monotonic() < end:
            rclpy.spin_once(node, timeout_sec=0.1)
        arrived += any(m.frame_id == "good" for m in got)
        got.clear()
    node.destroy_node()
    rclpy.shutdown()
    return arrived


def main() -> int:
    """Fuzz all types; the exit code tells whether anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="payloads per type")
    parser.add_argument("--types", default="*", help="pattern of type names")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    types = [name for name in all_types() if fnmatch.fnmatch(name, arguments.types)]
    if not types:
        raise SystemExit(f"error: no message type is called {arguments.types!r}")
    report = Report("fuzz")
    refused, slowest, shown = 0, 0.0, time.monotonic()
    for index, name in enumerate(types):
        try:
            more, longest = fuzz_type(name, arguments.count, arguments.seed)
        except Exception as error:
            raise SystemExit(f"error: {name} (seed {arguments.seed}): {error!r}") from error
        refused, slowest = refused + more, max(slowest, longest)
        if time.monotonic() - shown > 5:
            shown = time.monotonic()
            print(f"  {index + 1} of {len(types)} types", flush=True)
    report.add("message types", len(types), "")
    report.add("payloads", len(types) * arguments.count, "")
    report.add("refused as malformed", refused, "")
    report.add("slowest payload", slowest, "s", f"<= {_SLOWEST_S}")
    live = 200
    report.add("good messages among broken ones", send_broken(live) / live, "", "== 1")
    return min(report.failures, 1)


if __name__ == "__main__":
    sys.exit(main())
