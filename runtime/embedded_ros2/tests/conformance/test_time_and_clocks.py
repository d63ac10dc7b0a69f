import builtin_interfaces.msg
import pytest
from rosgraph_msgs.msg import Clock as ClockMessage

from rclpy.clock import (
    Clock,
    ClockChange,
    ClockType,
    JumpThreshold,
    ROSClock,
)
from rclpy.duration import Duration
from rclpy.parameter import Parameter
from rclpy.time import Time


def test_time_from_seconds_and_nanoseconds():
    assert Time(seconds=1, nanoseconds=5).nanoseconds == 1_000_000_005


def test_seconds_nanoseconds_splits():
    assert Time(nanoseconds=2_000_000_003).seconds_nanoseconds() == (2, 3)


def test_negative_time_is_refused():
    with pytest.raises(ValueError, match="negative"):
        Time(seconds=-1)


def test_time_overflow_is_refused():
    with pytest.raises(OverflowError):
        Time(nanoseconds=2**63)


def test_time_minus_time_is_a_duration():
    assert Time(seconds=3) - Time(seconds=1) == Duration(seconds=2)


def test_time_plus_duration_is_a_time():
    assert Time(seconds=1) + Duration(nanoseconds=7) == Time(seconds=1, nanoseconds=7)


def test_times_of_different_clocks_do_not_mix():
    ros, steady = (Time(clock_type=kind) for kind in (ClockType.ROS_TIME, ClockType.STEADY_TIME))
    with pytest.raises(TypeError):
        _ = ros < steady
    with pytest.raises(TypeError):
        _ = ros - steady


def test_times_are_ordered():
    assert Time(seconds=1) < Time(seconds=2) <= Time(seconds=2)


def test_time_to_message_and_back():
    message = Time(seconds=4, nanoseconds=6).to_msg()
    assert (message.sec, message.nanosec) == (4, 6)
    assert Time.from_msg(message).nanoseconds == 4_000_000_006


def test_time_from_message_is_ros_time():
    assert Time.from_msg(builtin_interfaces.msg.Time()).clock_type == ClockType.ROS_TIME


def test_duration_arithmetic_and_order():
    assert Duration(seconds=1) > Duration(nanoseconds=5)
    assert Duration(seconds=-1).nanoseconds == -(10**9)


def test_duration_to_message_and_back():
    message = Duration(seconds=1.5).to_msg()
    assert (message.sec, message.nanosec) == (1, 500_000_000)
    assert Duration.from_msg(message) == Duration(seconds=1.5)


def test_ros_clock_is_chosen_by_type():
    assert isinstance(Clock(clock_type=ClockType.ROS_TIME), ROSClock)


def test_clock_times_bear_the_clock_type():
    assert Clock(clock_type=ClockType.STEADY_TIME).now().clock_type == ClockType.STEADY_TIME


def test_steady_clock_does_not_go_back():
    clock = Clock(clock_type=ClockType.STEADY_TIME)
    assert clock.now() <= clock.now()


def test_jump_threshold_needs_a_condition():
    with pytest.raises(ValueError, match="threshold"):
        JumpThreshold(min_forward=None, min_backward=None, on_clock_change=False)


def test_jump_threshold_signs_are_checked():
    with pytest.raises(ValueError, match="min_backward"):
        JumpThreshold(min_forward=None, min_backward=Duration(seconds=1))


@pytest.fixture(scope="module")
def simulated(ros):
    """A node on simulated time, and a function that publishes the time."""
    node = ros.rclpy.create_node(
        "simulated", parameter_overrides=[Parameter("use_sim_time", value=True)]
    )
    ros.executor.add_node(node)
    publisher = ros.node.create_publisher(ClockMessage, "/clock", 10)
    assert ros.matched(publisher)

    def set_time(seconds):
        message = ClockMessage()
        message.clock = Time(seconds=seconds).to_msg()
        target = int(seconds * 1e9)
        for _ in range(5):  # Clocks subscribe best effort; the same time twice changes nothing.
            publisher.publish(message)
            if ros.spin_until(lambda: node.get_clock().now().nanoseconds == target, 1.0):
                return
        raise AssertionError(f"the clock did not come to {seconds} s")

    yield node, set_time
    ros.executor.remove_node(node)
    node.destroy_node()


def test_simulated_time_starts_at_zero(simulated):
    node, _ = simulated
    assert node.get_clock().now().nanoseconds == 0


def test_simulated_time_follows_the_clock_topic(simulated):
    node, set_time = simulated
    set_time(5.0)
    assert node.get_clock().now() == Time(seconds=5, clock_type=ClockType.ROS_TIME)


def test_timers_run_by_simulated_time(ros, simulated):
    node, set_time = simulated
    set_time(10.0)
    calls = []
    timer = node.create_timer(1.0, lambda: calls.append(node.get_clock().now().nanoseconds))
    ros.spin_for(0.2)
    assert calls == []
    set_time(11.0)
    assert ros.spin_until(lambda: len(calls) == 1)
    set_time(11.5)
    ros.spin_for(0.1)
    assert len(calls) == 1
    node.destroy_timer(timer)


def test_a_jump_over_many_periods_is_one_call(ros, simulated):
    node, set_time = simulated
    set_time(20.0)
    calls = []
    timer = node.create_timer(0.1, lambda: calls.append(1))
    set_time(30.05)  # On a multiple of the period, the next call would be due at once.
    ros.spin_for(0.2)
    assert len(calls) == 1
    node.destroy_timer(timer)


def test_timers_survive_a_jump_back(ros, simulated):
    node, set_time = simulated
    set_time(100.0)
    calls = []
    timer = node.create_timer(1.0, lambda: calls.append(1))
    set_time(1.0)
    set_time(2.5)
    assert ros.spin_until(lambda: calls)
    node.destroy_timer(timer)


def test_backward_jump_callback_gets_the_jump(ros, simulated):
    node, set_time = simulated
    set_time(50.0)
    seen = []
    threshold = JumpThreshold(
        min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=False
    )
    handle = node.get_clock().create_jump_callback(
        threshold, pre_callback=lambda: seen.append("pre"), post_callback=seen.append
    )
    set_time(51.0)
    assert seen == []
    set_time(10.0)
    assert seen[0] == "pre" and seen[1].delta == Duration(seconds=-41)
    handle.unregister()
    set_time(1.0)
    assert len(seen) == 2


def test_switching_to_simulated_time_is_a_jump(ros):
    node = ros.rclpy.create_node("switching")
    changes = []
    # rclpy does not keep the handle: without a reference of ours it would be a dangling one.
    handle = node.get_clock().create_jump_callback(
        JumpThreshold(min_forward=None, min_backward=None, on_clock_change=True),
        post_callback=lambda jump: changes.append(jump.clock_change),
    )
    node.set_parameters([Parameter("use_sim_time", value=True)])
    node.set_parameters([Parameter("use_sim_time", value=False)])
    assert changes == [ClockChange.ROS_TIME_ACTIVATED, ClockChange.ROS_TIME_DEACTIVATED]
    handle.unregister()
    node.destroy_node()


def test_use_sim_time_must_be_a_bool(ros):
    node = ros.rclpy.create_node("wrong_time")
    result = node.set_parameters([Parameter("use_sim_time", value="yes")])[0]
    assert not result.successful
    node.destroy_node()


def test_clock_sleeps(ros):
    clock = Clock(clock_type=ClockType.STEADY_TIME)
    start = clock.now()
    assert clock.sleep_for(Duration(seconds=0.05))
    assert clock.now() - start >= Duration(seconds=0.05)
