"""Where the embedded executors do better than rclpy's."""

import threading
import time

import rclpy
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.context import Context
from rclpy.executors import MultiThreadedExecutor


def test_a_full_pool_does_not_use_the_processor():
    # rclpy offers work to a full pool again and again.
    context = Context()
    rclpy.init(args=[], context=context)
    node = rclpy.create_node("full_pool", context=context)
    executor = MultiThreadedExecutor(2, context=context)
    executor.add_node(node)
    release, calls = threading.Event(), []

    def block():
        calls.append(1)
        release.wait(5)

    for _ in range(4):
        node.create_timer(0.01, block, callback_group=ReentrantCallbackGroup())
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    time.sleep(0.3)
    before = time.process_time()
    time.sleep(0.5)
    used = time.process_time() - before
    release.set()
    executor.shutdown()
    thread.join(5)
    node.destroy_node()
    context.shutdown()
    assert len(calls) >= 2 and used < 0.25
