import time

import pytest
from action_msgs.msg import GoalStatus
from action_msgs.srv import CancelGoal

from rclpy.action import (
    ActionClient,
    ActionServer,
    CancelResponse,
    GoalResponse,
    get_action_names_and_types,
)
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.task import Future

reason = "example_interfaces is not installed"
Fibonacci = pytest.importorskip("example_interfaces.action", reason=reason).Fibonacci


class Server:
    """An action server whose behaviour a test chooses."""

    def __init__(self, ros, name, **options):
        self.hold = Future()
        self.server = ActionServer(
            ros.other, Fibonacci, f"/{name}", self.execute,
            **{"callback_group": ReentrantCallbackGroup(), **options},
        )  # fmt: skip
        self.client = ActionClient(ros.node, Fibonacci, f"/{name}")
        self.ending = "succeed"
        assert ros.spin_until(self.client.server_is_ready)

    async def execute(self, goal):
        sequence = [0, 1]
        for _ in range(goal.request.order):
            sequence.append(sequence[-1] + sequence[-2])
            goal.publish_feedback(Fibonacci.Feedback(sequence=sequence))
        if self.ending == "wait":
            await self.hold
            self.ending = "canceled" if goal.is_cancel_requested else "succeed"
        if self.ending == "raise":
            raise ValueError("broken goal")
        if self.ending != "nothing":
            getattr(goal, self.ending)()
        return Fibonacci.Result(sequence=sequence)


def send(ros, server, order=3, **options):
    return ros.result(server.client.send_goal_async(Fibonacci.Goal(order=order), **options))


def outcome(ros, handle):
    answer = ros.result(handle.get_result_async())
    return answer.status, list(answer.result.sequence)


def test_a_goal_is_accepted_and_succeeds(ros, name):
    handle = send(ros, Server(ros, name))
    assert handle.accepted
    assert outcome(ros, handle) == (GoalStatus.STATUS_SUCCEEDED, [0, 1, 1, 2, 3])


def test_feedback_arrives(ros, name):
    feedback = []
    server = Server(ros, name)
    handle = send(
        ros, server, feedback_callback=lambda m: feedback.append(len(m.feedback.sequence))
    )
    # Before the result: rclpy drops what comes after it.
    assert ros.spin_until(lambda: feedback == [3, 4, 5])
    outcome(ros, handle)


def test_goals_can_be_rejected(ros, name):
    server = Server(ros, name, goal_callback=lambda goal: GoalResponse.REJECT)
    assert not send(ros, server).accepted


def test_goals_can_be_aborted(ros, name):
    server = Server(ros, name)
    server.ending = "abort"
    assert outcome(ros, send(ros, server))[0] == GoalStatus.STATUS_ABORTED


def test_a_goal_without_an_end_is_aborted(ros, name):
    server = Server(ros, name)
    server.ending = "nothing"
    assert outcome(ros, send(ros, server))[0] == GoalStatus.STATUS_ABORTED


def test_an_exception_aborts_the_goal(ros, name):
    server = Server(ros, name)
    server.ending = "raise"
    assert outcome(ros, send(ros, server))[0] == GoalStatus.STATUS_ABORTED


def test_goals_can_be_canceled(ros, name):
    server = Server(ros, name, cancel_callback=lambda goal: CancelResponse.ACCEPT)
    server.ending = "wait"
    handle = send(ros, server)
    answer = ros.result(handle.cancel_goal_async())
    assert answer.return_code == CancelGoal.Response.ERROR_NONE
    assert len(answer.goals_canceling) == 1
    server.hold.set_result(None)
    assert outcome(ros, handle)[0] == GoalStatus.STATUS_CANCELED


def test_cancel_requests_are_refused_by_default(ros, name):
    server = Server(ros, name)
    server.ending = "wait"
    handle = send(ros, server)
    # rclpy says so by an empty list alone; its return code stays ERROR_NONE.
    assert len(ros.result(handle.cancel_goal_async()).goals_canceling) == 0
    server.hold.set_result(None)
    assert outcome(ros, handle)[0] == GoalStatus.STATUS_SUCCEEDED


def test_the_status_reaches_the_client(ros, name):
    server = Server(ros, name)
    server.ending = "wait"
    handle = send(ros, server)
    assert ros.spin_until(lambda: handle.status == GoalStatus.STATUS_EXECUTING)
    server.hold.set_result(None)
    assert ros.spin_until(lambda: handle.status == GoalStatus.STATUS_SUCCEEDED)


def test_a_goal_of_another_type_raises(ros, name):
    client = ActionClient(ros.node, Fibonacci, f"/{name}")
    with pytest.raises(TypeError):
        client.send_goal_async("ten")
    client.destroy()


def test_waiting_for_a_missing_server_gives_up(ros, name):
    client = ActionClient(ros.node, Fibonacci, f"/{name}")
    start = time.monotonic()
    assert not client.wait_for_server(timeout_sec=0.2)
    assert time.monotonic() - start < 15.0
    client.destroy()


def test_actions_are_found_in_the_graph(ros, name):
    Server(ros, name)
    entry = (f"/{name}", ["example_interfaces/action/Fibonacci"])
    assert ros.spin_until(lambda: entry in get_action_names_and_types(ros.node))


def test_who_waits_for_a_result_keeps_no_other_callback_waiting(ros, name):
    group, ticks = MutuallyExclusiveCallbackGroup(), []
    server = Server(ros, name, callback_group=group)
    server.ending = "wait"
    timer = ros.other.create_timer(0.01, lambda: ticks.append(True), callback_group=group)
    handle = send(ros, server)
    waiting = handle.get_result_async()
    ros.spin_for(0.3)
    ticks.clear()
    assert ros.spin_until(lambda: len(ticks) >= 3)
    assert not waiting.done()
    assert send(ros, server, order=1).accepted, "another goal is heard, too"
    server.hold.set_result(None)
    assert ros.result(waiting).status == GoalStatus.STATUS_SUCCEEDED
    ros.other.destroy_timer(timer)
