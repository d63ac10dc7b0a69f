import asyncio
import statistics
import threading
import time
from itertools import pairwise

import pytest
from std_msgs.msg import Int32

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.executors import MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.task import Future

STEADY = Clock(clock_type=ClockType.STEADY_TIME)


def usual_gap(times):
    """Median of the times between two: a busy machine holds up the one or other."""
    return statistics.median(after - before for before, after in pairwise(times))


def test_timers_are_periodic(ros):
    calls = []
    timer = ros.node.create_timer(0.05, lambda: calls.append(time.monotonic()))
    assert ros.spin_until(lambda: len(calls) == 9)
    # The first may come late, and less than a period before the second.
    assert calls[-1] - calls[0] > 0.3 and usual_gap(calls) < 0.1
    ros.node.destroy_timer(timer)


def test_cancelled_timers_are_silent_until_reset(ros):
    calls = []
    timer = ros.node.create_timer(0.02, lambda: calls.append(1))
    timer.cancel()
    assert timer.is_canceled()
    ros.spin_for(0.1)
    assert calls == []
    timer.reset()
    assert ros.spin_until(lambda: calls)
    ros.node.destroy_timer(timer)


def test_timers_can_start_later(ros):
    calls = []
    timer = ros.node.create_timer(0.01, lambda: calls.append(1), autostart=False)
    ros.spin_for(0.05)
    assert calls == []
    timer.reset()
    assert ros.spin_until(lambda: calls)
    ros.node.destroy_timer(timer)


def test_timers_tell_their_times(ros):
    timer = ros.node.create_timer(10.0, lambda: None)
    assert timer.timer_period_ns == 10 * 10**9
    assert 9 * 10**9 < timer.time_until_next_call() <= 10 * 10**9
    assert 0 <= timer.time_since_last_call() < 10**9
    ros.node.destroy_timer(timer)


def test_the_period_can_change(ros):
    calls = []
    timer = ros.node.create_timer(100.0, lambda: calls.append(1))
    timer.timer_period_ns = 10**7
    timer.reset()
    assert ros.spin_until(lambda: calls)
    ros.node.destroy_timer(timer)


def test_a_timer_can_have_a_steady_clock(ros):
    timer = ros.node.create_timer(0.01, lambda: None, clock=STEADY)
    assert timer.clock is STEADY
    ros.node.destroy_timer(timer)


def test_a_timer_can_destroy_itself(ros):
    calls = []

    def once():
        calls.append(1)
        ros.node.destroy_timer(timer)

    timer = ros.node.create_timer(0.01, once)
    ros.spin_for(0.15)
    assert calls == [1]


def test_guard_conditions_run_once_per_trigger(ros):
    calls = []
    guard = ros.node.create_guard_condition(lambda: calls.append(1))
    ros.spin_for(0.05)
    assert calls == []
    guard.trigger()
    assert ros.spin_until(lambda: calls)
    ros.spin_for(0.05)
    assert calls == [1]
    ros.node.destroy_guard_condition(guard)


def test_guard_conditions_wake_a_sleeping_executor(ros):
    seen = []
    guard = ros.node.create_guard_condition(lambda: seen.append(time.monotonic()))
    ros.spin_for(0.05)
    threading.Timer(0.1, guard.trigger).start()
    start = time.monotonic()
    while not seen and time.monotonic() - start < 30:
        ros.executor.spin_once(timeout_sec=30.0)
    assert seen and seen[0] - start < 15.0
    ros.node.destroy_guard_condition(guard)


def test_spin_once_returns_after_its_time(ros):
    node = ros.rclpy.create_node("idle")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.spin_once(timeout_sec=0.0)
    start = time.monotonic()
    executor.spin_once(timeout_sec=0.1)
    assert time.monotonic() - start < 15.0
    executor.shutdown()
    node.destroy_node()


def test_spin_until_future_complete_stops_at_the_future(ros):
    future = Future()
    timer = ros.node.create_timer(0.05, lambda: future.set_result("done"))
    ros.executor.spin_until_future_complete(future, timeout_sec=5.0)
    assert future.result() == "done"
    ros.node.destroy_timer(timer)


def test_spin_until_future_complete_stops_at_the_time(ros):
    start = time.monotonic()
    ros.executor.spin_until_future_complete(Future(), timeout_sec=0.1)
    assert 0.09 < time.monotonic() - start < 15.0


def test_tasks_run_in_the_executor(ros):
    task = ros.executor.create_task(lambda x: x + 1, 4)
    assert ros.result(task) == 5


def test_coroutines_await_futures(ros):
    future = Future()

    async def work():
        return await future * 2

    task = ros.executor.create_task(work)
    ros.spin_for(0.05)
    assert not task.done()
    future.set_result(21)
    assert ros.result(task) == 42


def test_callbacks_may_be_coroutines(ros, name):
    future, seen = Future(), []

    async def callback(message):
        seen.append(("start", message.data))
        seen.append(("end", await future))

    ros.other.create_subscription(Int32, f"/{name}", callback, 10)
    publisher = ros.node.create_publisher(Int32, f"/{name}", 10)
    assert ros.matched(publisher)
    publisher.publish(Int32(data=1))
    assert ros.spin_until(lambda: seen == [("start", 1)])
    future.set_result("now")
    assert ros.spin_until(lambda: seen[-1] == ("end", "now"))


def test_exceptions_of_callbacks_leave_spin(ros):
    node = ros.rclpy.create_node("failing")
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def fail():
        raise RuntimeError("from the callback")

    node.create_timer(0.01, fail)
    with pytest.raises(RuntimeError, match="from the callback"):
        for _ in range(100):
            executor.spin_once(timeout_sec=1.0)
    executor.shutdown()
    node.destroy_node()


def test_exceptions_leave_the_multi_threaded_executor(ros):
    node = ros.rclpy.create_node("failing")
    executor = MultiThreadedExecutor(2)
    executor.add_node(node)

    def fail():
        raise RuntimeError("from the pool")

    node.create_timer(0.01, fail)
    with pytest.raises(RuntimeError, match="from the pool"):
        for _ in range(100):
            executor.spin_once(timeout_sec=1.0)
    executor.shutdown()
    node.destroy_node()


def overlap(ros, group):
    """Most callbacks that ran at the same time, of two timers in a group."""
    node = ros.rclpy.create_node("parallel")
    executor = MultiThreadedExecutor(4)
    executor.add_node(node)
    running, most, lock = [0], [0], threading.Lock()
    finished = []

    def work():
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1
        finished.append(1)

    timers = [node.create_timer(0.01, work, callback_group=group) for _ in range(2)]
    end = time.monotonic() + 5
    while len(finished) < 6 and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    for timer in timers:
        timer.cancel()
    executor.shutdown()
    node.destroy_node()
    return most[0]


def test_reentrant_groups_run_in_parallel(ros):
    assert overlap(ros, ReentrantCallbackGroup()) >= 2


def test_mutually_exclusive_groups_run_alone(ros):
    assert overlap(ros, MutuallyExclusiveCallbackGroup()) == 1


def test_a_blocked_group_does_not_use_the_processor(ros, name):
    node = ros.rclpy.create_node("blocked")
    executor = MultiThreadedExecutor(2)
    executor.add_node(node)
    release = threading.Event()
    started = threading.Event()

    def block(message):
        started.set()
        release.wait(5)

    node.create_subscription(Int32, f"/{name}", block, 10)
    publisher = ros.node.create_publisher(Int32, f"/{name}", 10)
    assert ros.matched(publisher)
    for _ in range(3):
        publisher.publish(Int32())
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    assert started.wait(5)
    before = time.process_time()
    time.sleep(0.5)
    used = time.process_time() - before
    release.set()
    executor.shutdown()
    thread.join(5)
    node.destroy_node()
    assert used < 0.25


def test_an_idle_executor_does_not_use_the_processor(ros):
    node = ros.rclpy.create_node("idle")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    executor.spin_once(timeout_sec=0.1)
    before = time.process_time()
    executor.spin_until_future_complete(Future(), timeout_sec=0.5)
    used = time.process_time() - before
    executor.shutdown()
    node.destroy_node()
    assert used < 0.1


def test_nodes_can_be_removed(ros):
    node = ros.rclpy.create_node("removed")
    executor = SingleThreadedExecutor()
    assert executor.add_node(node) and not executor.add_node(node)
    assert node in executor.get_nodes()
    executor.remove_node(node)
    assert node not in executor.get_nodes()
    executor.shutdown()
    node.destroy_node()


def test_a_node_belongs_to_the_last_executor(ros):
    node = ros.rclpy.create_node("moving")
    one, two = SingleThreadedExecutor(), SingleThreadedExecutor()
    one.add_node(node)
    two.add_node(node)
    assert node.executor is two and node not in one.get_nodes()
    one.shutdown()
    two.shutdown()
    node.destroy_node()


def test_shutdown_ends_a_spinning_executor(ros):
    node = ros.rclpy.create_node("spinning")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    time.sleep(0.1)
    executor.shutdown()
    thread.join(timeout=5.0)
    assert not thread.is_alive()
    node.destroy_node()


def test_rates_keep_their_frequency(ros):
    node = ros.rclpy.create_node("rated")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    rate = node.create_rate(50.0)
    times = []
    for _ in range(10):
        rate.sleep()
        times.append(time.monotonic())
    assert times[-1] - times[0] > 0.1 and usual_gap(times) < 0.1
    node.destroy_rate(rate)
    executor.shutdown()
    thread.join(timeout=5.0)
    node.destroy_node()


def test_futures_are_awaitable_without_a_loop():
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    future = Future()
    future.set_result(3)

    async def work():
        return await future

    assert asyncio.run(work()) == 3
