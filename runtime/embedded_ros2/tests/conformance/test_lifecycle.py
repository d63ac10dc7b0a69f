import contextlib

import pytest
from lifecycle_msgs.msg import State, Transition, TransitionEvent
from lifecycle_msgs.srv import (
    ChangeState,
    GetAvailableStates,
    GetAvailableTransitions,
    GetState,
)
from std_msgs.msg import String

from rclpy.lifecycle import LifecycleNode, ManagedEntity, TransitionCallbackReturn


class Managed(LifecycleNode):
    def __init__(self, **kwargs):
        super().__init__("managed", **kwargs)
        self.calls = []
        self.answer = TransitionCallbackReturn.SUCCESS

    def on_configure(self, state):
        self.calls.append(("configure", state.label))
        if self.answer == "raise":
            raise ValueError("cannot configure")
        return self.answer

    def on_activate(self, state):
        self.calls.append(("activate", state.label))
        return super().on_activate(state)

    def on_error(self, state):
        self.calls.append(("error", state.label))
        return TransitionCallbackReturn.SUCCESS


@pytest.fixture
def managed(ros):
    node = Managed()
    ros.executor.add_node(node)
    yield node
    ros.executor.remove_node(node)
    node.destroy_node()


def call(ros, kind, service, request=None):
    client = ros.other.create_client(kind, f"/managed/{service}")
    assert client.wait_for_service(timeout_sec=5.0)
    answer = ros.result(client.call_async(request or kind.Request()))
    ros.other.destroy_client(client)
    return answer


def change(ros, number):
    request = ChangeState.Request(transition=Transition(id=number))
    return call(ros, ChangeState, "change_state", request).success


def state(ros):
    return call(ros, GetState, "get_state").current_state.label


def test_a_new_node_is_unconfigured(ros, managed):
    answer = call(ros, GetState, "get_state").current_state
    assert (answer.id, answer.label) == (State.PRIMARY_STATE_UNCONFIGURED, "unconfigured")


def test_services_drive_the_whole_cycle(ros, managed):
    seen = []
    for number in (
        Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE,
        Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP,
        Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    ):  # fmt: skip
        assert change(ros, number)
        seen.append(state(ros))
    assert seen == ["inactive", "active", "inactive", "unconfigured", "finalized"]


def test_callbacks_get_the_state_before(ros, managed):
    managed.trigger_configure()
    managed.trigger_activate()
    assert managed.calls == [("configure", "unconfigured"), ("activate", "inactive")]


def test_a_wrong_transition_is_refused(ros, managed):
    # rclpy of Jazzy raises where the service runs, others answer.
    with contextlib.suppress(RuntimeError):
        assert not change(ros, Transition.TRANSITION_ACTIVATE)
    assert state(ros) == "unconfigured"


def test_triggering_in_a_wrong_state_raises(managed):
    with pytest.raises(RuntimeError):
        managed.trigger_activate()


def test_failure_goes_back(ros, managed):
    managed.answer = TransitionCallbackReturn.FAILURE
    assert managed.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert state(ros) == "unconfigured"


def test_an_exception_is_an_error_and_is_handled(ros, managed):
    managed.answer = "raise"
    assert managed.trigger_configure() == TransitionCallbackReturn.ERROR
    assert managed.calls[-1][0] == "error" and state(ros) == "unconfigured"


def test_lifecycle_publishers_are_silent_until_active(ros, managed, name):
    got = []
    ros.other.create_subscription(String, f"/{name}", lambda m: got.append(m.data), 10)
    publisher = managed.create_lifecycle_publisher(String, f"/{name}", 10)
    assert ros.matched(publisher)
    managed.trigger_configure()
    publisher.publish(String(data="too early"))
    managed.trigger_activate()
    assert publisher.is_activated
    publisher.publish(String(data="now"))
    assert ros.spin_until(lambda: got == ["now"])
    managed.trigger_deactivate()
    assert not publisher.is_activated


def test_managed_entities_follow_their_node(managed):
    calls = []

    class Part(ManagedEntity):
        def on_configure(self, state):
            calls.append(state.label)
            return TransitionCallbackReturn.SUCCESS

        def on_activate(self, state):
            calls.append(state.label)
            return TransitionCallbackReturn.FAILURE

    managed.add_managed_entity(Part())
    managed.trigger_configure()  # Its own callback does not pass the call on.
    assert managed.trigger_activate() == TransitionCallbackReturn.FAILURE
    assert calls == ["inactive"]
    with pytest.raises(TypeError):
        managed.add_managed_entity(object())


def test_transitions_are_announced(ros, managed):
    events = []
    ros.other.create_subscription(
        TransitionEvent, "/managed/transition_event",
        lambda e: events.append((e.start_state.label, e.goal_state.label)), 10,
    )  # fmt: skip
    ros.spin_for(0.3)
    managed.trigger_configure()
    assert ros.spin_until(lambda: len(events) == 2)
    assert events == [("unconfigured", "configuring"), ("configuring", "inactive")]


def test_available_states_and_transitions(ros, managed):
    states = call(ros, GetAvailableStates, "get_available_states").available_states
    assert {"unconfigured", "active", "errorprocessing"} <= {s.label for s in states}
    available = call(ros, GetAvailableTransitions, "get_available_transitions")
    labels = {d.transition.label for d in available.available_transitions}
    assert labels == {"configure", "shutdown"}


def test_shutdown_from_active(ros, managed):
    managed.trigger_configure()
    managed.trigger_activate()
    managed.trigger_shutdown()
    assert state(ros) == "finalized"


def test_a_node_knows_its_own_state(managed):
    # Not public in rclpy, and the one way for a node to ask without a service call.
    assert managed._state_machine.current_state == (
        State.PRIMARY_STATE_UNCONFIGURED,
        "unconfigured",
    )
    managed.trigger_configure()
    assert managed._state_machine.current_state == (State.PRIMARY_STATE_INACTIVE, "inactive")
