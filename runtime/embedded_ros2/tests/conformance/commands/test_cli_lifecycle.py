"""ros2 lifecycle and ros2 action, and lifecycle nodes in launch files."""

import pytest

LIFECYCLE = """
import rclpy
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn

class Node(LifecycleNode):
    def on_configure(self, state):
        print('CONFIGURED', flush=True)
        return TransitionCallbackReturn.SUCCESS

    def on_activate(self, state):
        print('ACTIVATED', flush=True)
        return super().on_activate(state)

rclpy.init()
node = Node('managed', namespace='/demo')
print('READY', flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""

ACTION = """
import time
import rclpy
from example_interfaces.action import Fibonacci
from rclpy.action import ActionServer

rclpy.init()
node = rclpy.create_node('calculator', namespace='/demo')

def execute(goal):
    # The client's subscription to the feedback may be found a moment after its goal came.
    time.sleep(0.5)
    sequence = [0, 1]
    while len(sequence) < goal.request.order:
        sequence.append(sequence[-1] + sequence[-2])
        goal.publish_feedback(Fibonacci.Feedback(sequence=sequence))
    goal.succeed()
    return Fibonacci.Result(sequence=sequence)

server = ActionServer(node, Fibonacci, 'fibonacci', execute)
print('READY', flush=True)
try:
    rclpy.spin(node)
except (KeyboardInterrupt, rclpy.executors.ExternalShutdownException):
    pass
"""


@pytest.fixture(scope="module")
def calculator(module_workspace):
    pytest.importorskip("example_interfaces", reason="example_interfaces is not installed")
    return module_workspace.node("calculator", ACTION)


def test_lifecycle_node_is_taken_through_its_states(workspace):
    workspace.node("managed", LIFECYCLE)
    nodes = workspace.ros2_until("/demo/managed", "lifecycle", "nodes", "--no-daemon")
    assert "/demo/managed" in nodes.out.split()
    out = workspace.ros2("lifecycle", "get", "--no-daemon", "/demo/managed").out
    assert out.strip() == "unconfigured [1]"
    out = workspace.ros2("lifecycle", "list", "--no-daemon", "/demo/managed").out
    assert "- configure [1]\n\tStart: unconfigured\n\tGoal: configuring\n" in out
    out = workspace.ros2("lifecycle", "set", "--no-daemon", "/demo/managed", "configure").out
    assert out.strip() == "Transitioning successful"
    out = workspace.ros2("lifecycle", "get", "--no-daemon", "/demo/managed").out
    assert out.strip() == "inactive [2]"


def test_transition_that_is_not_available_ends_with_those_that_are(workspace):
    workspace.node("managed", LIFECYCLE)
    outcome = workspace.ros2("lifecycle", "set", "--no-daemon", "/demo/managed", "deactivate")
    assert outcome.code == 1
    assert "configure [1]" in outcome.text


def test_launched_lifecycle_node_obeys_events(workspace):
    workspace.executable("managed", LIFECYCLE)
    outcome = workspace.launch(
        f"""
        import lifecycle_msgs.msg
        from launch_ros.event_handlers import OnStateTransition
        from launch_ros.events.lifecycle import ChangeState
        from launch.events import matches_action
        from launch_ros.actions import LifecycleNode

        def generate_launch_description():
            node = LifecycleNode(package='{workspace.package}', executable='managed',
                                 name='managed', namespace='/demo', output='screen')

            def change(transition):
                return EmitEvent(event=ChangeState(
                    lifecycle_node_matcher=matches_action(node), transition_id=transition))

            return LaunchDescription([
                node,
                RegisterEventHandler(OnStateTransition(
                    target_lifecycle_node=node, goal_state='inactive',
                    entities=[LogInfo(msg='is inactive'),
                              change(lifecycle_msgs.msg.Transition.TRANSITION_ACTIVATE)])),
                RegisterEventHandler(OnStateTransition(
                    target_lifecycle_node=node, goal_state='active',
                    entities=[LogInfo(msg='is active'), Shutdown()])),
                change(lifecycle_msgs.msg.Transition.TRANSITION_CONFIGURE),
            ])
        """
    )
    assert outcome.code == 0, outcome.text
    for word in ("CONFIGURED", "is inactive", "ACTIVATED", "is active"):
        assert word in outcome.text, outcome.text


def test_action_is_listed_with_its_type(workspace, calculator):
    out = workspace.ros2_until("/demo/fibonacci", "action", "list", "--no-daemon", "-t").out
    assert "/demo/fibonacci [example_interfaces/action/Fibonacci]" in out.splitlines()


def test_action_info_names_its_servers(workspace, calculator):
    # This verb may look around for half a second only, whatever it is told.
    words = ("action", "info", "--no-daemon", "/demo/fibonacci")
    out = workspace.ros2_until("calculator", *words).out
    *lines, server = out.splitlines()
    assert lines == ["Action: /demo/fibonacci", "Action clients: 0", "Action servers: 1"]
    # Some releases of ros2cli split the node's name wrongly: '//d/e/m/ocalculator'.
    assert server.startswith("    /") and server.endswith("calculator")


def test_goal_is_sent_and_its_result_printed(workspace, calculator):
    outcome = workspace.ros2(
        "action",
        "send_goal",
        "--feedback",
        "/demo/fibonacci",
        "example_interfaces/action/Fibonacci",
        "{order: 5}",
    )
    assert outcome.code == 0, outcome.text
    assert "Goal accepted with ID: " in outcome.out
    assert "Feedback:" in outcome.out
    assert "sequence:\n- 0\n- 1\n- 1\n- 2\n- 3\n" in outcome.out.split("Result:")[1]
    assert "Goal finished with status: SUCCEEDED" in outcome.out


def test_goal_of_an_unknown_type_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("action", "send_goal", "/x", "std_msgs/action/NoSuchThing", "{}")
    assert outcome.code == 1
    assert "type is invalid" in outcome.text


def test_doctor_reports_the_middleware(workspace):
    # A real one looks for the newest versions on the network first.
    outcome = workspace.ros2("doctor", "--report", timeout=120)
    assert outcome.code == 0
    assert "RMW MIDDLEWARE" in outcome.out
    assert "middleware name" in outcome.out
