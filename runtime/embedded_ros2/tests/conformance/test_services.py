import threading
import time

import pytest
from std_srvs.srv import SetBool, Trigger

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.task import Future

reason = "example_interfaces is not installed"
AddTwoInts = pytest.importorskip("example_interfaces.srv", reason=reason).AddTwoInts


def add(request, response):
    response.sum = request.a + request.b
    return response


def test_a_call_gets_its_response(ros, name):
    ros.other.create_service(AddTwoInts, f"/{name}", add)
    client = ros.node.create_client(AddTwoInts, f"/{name}")
    assert client.wait_for_service(timeout_sec=5.0)
    assert ros.result(client.call_async(AddTwoInts.Request(a=2, b=3))).sum == 5


def test_responses_find_their_requests(ros, name):
    ros.other.create_service(AddTwoInts, f"/{name}", add)
    client = ros.node.create_client(AddTwoInts, f"/{name}")
    assert client.wait_for_service(timeout_sec=5.0)
    futures = [client.call_async(AddTwoInts.Request(a=i, b=100)) for i in range(8)]
    assert [ros.result(future).sum for future in futures] == [100 + i for i in range(8)]


def test_clients_of_one_service_do_not_mix(ros, name):
    ros.other.create_service(AddTwoInts, f"/{name}", add)
    one = ros.node.create_client(AddTwoInts, f"/{name}")
    two = ros.other.create_client(AddTwoInts, f"/{name}")
    assert one.wait_for_service(timeout_sec=5.0) and two.wait_for_service(timeout_sec=5.0)
    first = one.call_async(AddTwoInts.Request(a=1))
    second = two.call_async(AddTwoInts.Request(a=2))
    assert (ros.result(first).sum, ros.result(second).sum) == (1, 2)


def test_waiting_for_a_missing_service_gives_up(ros, name):
    client = ros.node.create_client(Trigger, f"/{name}")
    start = time.monotonic()
    assert not client.wait_for_service(timeout_sec=0.2)
    assert 0.15 < time.monotonic() - start < 15.0
    assert not client.service_is_ready()


def test_call_blocks_while_another_thread_spins(ros, name):
    node = ros.rclpy.create_node("blocking")
    node.create_service(AddTwoInts, f"/{name}", add)
    client = node.create_client(AddTwoInts, f"/{name}")
    executor = MultiThreadedExecutor(2)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin, daemon=True)
    thread.start()
    assert client.wait_for_service(timeout_sec=5.0)
    assert client.call(AddTwoInts.Request(a=4, b=4)).sum == 8
    executor.shutdown()
    thread.join(timeout=5.0)
    assert not thread.is_alive()
    node.destroy_node()


def test_a_call_that_nobody_answers_returns_none(ros, name):
    client = ros.node.create_client(Trigger, f"/{name}")
    assert client.call(Trigger.Request(), timeout_sec=0.1) is None


def test_a_service_callback_may_call_another_service(ros, name):
    node = ros.rclpy.create_node("chained")
    group = ReentrantCallbackGroup()
    node.create_service(AddTwoInts, f"/{name}_inner", add, callback_group=group)
    inner = node.create_client(AddTwoInts, f"/{name}_inner", callback_group=group)

    async def outer(request, response):
        answer = await inner.call_async(AddTwoInts.Request(a=20, b=1))
        response.message = str(answer.sum)
        return response

    node.create_service(Trigger, f"/{name}", outer, callback_group=group)
    client = ros.node.create_client(Trigger, f"/{name}")
    ros.executor.add_node(node)
    assert client.wait_for_service(timeout_sec=5.0) and inner.wait_for_service(timeout_sec=5.0)
    assert ros.result(client.call_async(Trigger.Request())).message == "21"
    ros.executor.remove_node(node)
    node.destroy_node()


def test_a_request_of_another_type_raises(ros, name):
    client = ros.node.create_client(Trigger, f"/{name}")
    with pytest.raises(TypeError):
        client.call_async(SetBool.Request())


def test_a_class_that_is_no_service_is_refused(ros, name):
    with pytest.raises(Exception, match="."):
        ros.node.create_service(int, name, add)


def test_service_names_are_resolved(ros, name):
    client = ros.other.create_client(Trigger, name)
    service = ros.other.create_service(Trigger, name, lambda q, r: r)
    assert client.service_name == service.service_name == f"/elsewhere/{name}"
    assert client.srv_name == service.srv_name == name


def test_removed_requests_are_forgotten(ros, name):
    ros.other.create_service(AddTwoInts, f"/{name}", add)
    client = ros.node.create_client(AddTwoInts, f"/{name}")
    assert client.wait_for_service(timeout_sec=5.0)
    future = client.call_async(AddTwoInts.Request())
    client.remove_pending_request(future)
    ros.spin_for(0.2)
    assert not future.done()


def test_a_destroyed_service_is_no_longer_ready(ros, name):
    service = ros.other.create_service(Trigger, f"/{name}", lambda q, r: r)
    client = ros.node.create_client(Trigger, f"/{name}")
    assert client.wait_for_service(timeout_sec=5.0)
    assert ros.other.destroy_service(service)
    assert ros.spin_until(lambda: not client.service_is_ready())


def test_futures_tell_their_callbacks(ros):
    future, seen = Future(), []
    future.add_done_callback(lambda f: seen.append(f.result()))
    future.set_result(5)
    assert seen == [5] and future.done() and not future.cancelled()


def test_futures_raise_their_exception():
    future = Future()
    future.set_exception(KeyError("x"))
    with pytest.raises(KeyError):
        future.result()


def test_futures_can_be_cancelled():
    future = Future()
    future.cancel()
    assert future.cancelled() and not future.done()
