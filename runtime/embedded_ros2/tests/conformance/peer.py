"""Roles that conformance tests play in a process of their own; the first argument names one."""

import sys

from std_msgs.msg import Header, String
from std_srvs.srv import SetBool

import rclpy
import rclpy.utilities
from rclpy.action import ActionServer
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile


def talker(topic):
    node = rclpy.create_node("talker")
    publisher = node.create_publisher(String, topic, 10)
    count = iter(range(10**9))
    node.create_timer(0.02, lambda: publisher.publish(String(data=f"hello {next(count)}")))
    return node


def latched(topic):
    node = rclpy.create_node("latched")
    qos = QoSProfile(depth=3, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    publisher = node.create_publisher(String, topic, qos)
    for index in range(5):
        publisher.publish(String(data=str(index)))
    node.kept = publisher
    return node


def idle():
    """Spin with nothing to do: after its first turn only a signal wakes it."""
    node = rclpy.create_node("idle")

    def first_turn():
        node.kept.cancel()
        print("spins", flush=True)

    node.kept = node.create_timer(0.01, first_turn)
    return node


def echo(topic):
    node = rclpy.create_node("echo")
    publisher = node.create_publisher(Header, f"{topic}_back", 10)
    node.create_subscription(Header, topic, publisher.publish, 10)
    return node


def switch(service):
    node = rclpy.create_node("switch")

    def answer(request, response):
        response.success = True
        response.message = str(request.data)
        return response

    node.create_service(SetBool, service, answer)
    return node


def fibonacci(action):
    from example_interfaces.action import Fibonacci

    node = rclpy.create_node("fibonacci")

    def execute(goal):
        sequence = [0, 1]
        for _ in range(goal.request.order):
            sequence.append(sequence[-1] + sequence[-2])
            goal.publish_feedback(Fibonacci.Feedback(sequence=sequence))
        goal.succeed()
        return Fibonacci.Result(sequence=sequence)

    node.kept = ActionServer(node, Fibonacci, action, execute)
    return node


def parameters(*names):
    node = rclpy.create_node("parameters", namespace="/robot")
    for name in names:
        value = node.declare_parameter(name, "default").value
        print(f"{name}={value!r}", flush=True)
    return node


def typed(name, kind):
    node = rclpy.create_node("parameters", namespace="/robot")
    default = {"int": 1, "float": 1.0, "bool": False, "list": [0.0]}[kind]
    print(f"{name}={node.declare_parameter(name, default).value!r}", flush=True)
    return node


def names(topic):
    node = rclpy.create_node("original", namespace="/first")
    node.create_publisher(String, topic, 1)
    print(f"node={node.get_fully_qualified_name()}", flush=True)
    print(f"topic={node.resolve_topic_name(topic)}", flush=True)
    return node


def broken():
    node = rclpy.create_node("broken")

    def fail():
        raise ValueError("the callback failed")

    node.create_timer(0.01, fail)
    return node


def forgetful(topic):
    """End without a shutdown when asked to."""
    node = rclpy.create_node("forgetful")
    node.kept = node.create_publisher(String, topic, 1)
    print("ready", flush=True)
    sys.stdin.readline()
    sys.exit(0)


def logs():
    node = rclpy.create_node("logs")
    logger = node.get_logger()
    logger.debug("a debug line")
    logger.info("an info line")
    logger.warning("a warning line")
    logger.get_child("part").error("an error line")
    return node


def main():
    role, *arguments = rclpy.utilities.remove_ros_args(sys.argv)[1:]
    rclpy.init()
    node = globals()[role](*arguments)
    try:
        print("ready", flush=True)
        rclpy.spin(node)
        print("shut down", flush=True)  # Where the end comes between two callbacks.
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    except ExternalShutdownException:
        print("shut down", flush=True)
    except RuntimeError:
        if rclpy.ok():
            raise
        print("shut down", flush=True)  # In the middle of a turn of the executor.
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
