"""Roles on the real rclpy and Fast DDS, and on the embedded one; the first argument names one."""

from __future__ import annotations

import json
import sys
import time

from sensor_msgs.msg import Image
from std_srvs.srv import SetBool

import rclpy
from rclpy.qos import QoSProfile, qos_profile_sensor_data

QOS = {"reliable": QoSProfile(depth=10), "best_effort": qos_profile_sensor_data}
RATE_HZ = 30.0
WIDTH, HEIGHT = 640, 480


def images(node, topic, qos, count):
    """Publish images once somebody listens, stamped with the time that they left."""
    publisher = node.create_publisher(Image, topic, QOS[qos])
    pixels = bytes(range(256)) * (WIDTH * HEIGHT * 3 // 256)
    image = Image(height=HEIGHT, width=WIDTH, encoding="rgb8", step=WIDTH * 3, data=pixels)
    while publisher.get_subscription_count() < 1:
        time.sleep(0.02)
    time.sleep(1.0)  # The other side may know of the match a moment later.
    due = time.monotonic()
    for _ in range(int(count)):
        now = time.time_ns()
        image.header.stamp.sec, image.header.stamp.nanosec = divmod(now, 10**9)
        publisher.publish(image)
        due += 1.0 / RATE_HZ
        time.sleep(max(0.0, due - time.monotonic()))
    time.sleep(2.0)


def listen(node, topic, qos, count):
    """Print how many images came, and how long they took, when none comes any more."""
    took, last = [], [time.monotonic() + 10.0]

    def heard(image):
        stamp = image.header.stamp
        took.append((time.time_ns() - stamp.sec * 10**9 - stamp.nanosec) / 1e6)
        last[0] = time.monotonic()

    node.create_subscription(Image, topic, heard, QOS[qos])
    print("ready", flush=True)
    while time.monotonic() - last[0] < 3.0 and len(took) < int(count):
        rclpy.spin_once(node, timeout_sec=0.1)
    took.sort()
    found = {"count": len(took)}
    if took:
        found |= {"p50_ms": took[len(took) // 2], "p99_ms": took[int(len(took) * 0.99)]}
    print(json.dumps(found), flush=True)


def serve(node, name):
    """Offer a service, and an action where its package is installed."""

    def answer(request, response):
        print("asked", flush=True)
        response.success = request.data
        return response

    node.create_service(SetBool, name, answer)
    try:
        from example_interfaces.action import Fibonacci

        from rclpy.action import ActionServer
    except ImportError:
        print("no action", flush=True)
    else:
        node.kept = ActionServer(node, Fibonacci, f"{name}_action", lambda goal: goal.abort())
        print("an action", flush=True)
    rclpy.spin(node)


def call(node, name, seconds):
    """Call a service and print whether it answered in time."""
    client = node.create_client(SetBool, name)
    print("ready" if client.wait_for_service(timeout_sec=15.0) else "nobody", flush=True)
    future = client.call_async(SetBool.Request(data=True))
    rclpy.spin_until_future_complete(node, future, timeout_sec=float(seconds))
    print("answered" if future.done() else "no answer", flush=True)


def main():
    role, *arguments = sys.argv[1:]
    rclpy.init(args=[])
    node = rclpy.create_node(f"peer_{role}")
    try:
        globals()[role](node, *arguments)
    except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
