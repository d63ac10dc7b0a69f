"""Camera images between this runtime and Fast DDS with its own defaults."""

import json

import pytest

COUNT = 60


def transfer(start, topic, sender, receiver, qos="reliable"):
    listener = start(receiver, "listen", topic, qos, COUNT)
    assert listener.line() == "ready"
    publisher = start(sender, "images", topic, qos, COUNT)
    found = json.loads(listener.line())
    return found, publisher


@pytest.mark.parametrize(("sender", "receiver"), [("ours", "real"), ("real", "ours")])
def test_images_arrive_whole_and_soon(start, name, sender, receiver):
    found, _ = transfer(start, name, sender, receiver)
    # A subscription keeps the last ten: on a busy machine it may miss one.
    assert found["count"] >= 0.9 * COUNT, found
    assert found["p50_ms"] < 100.0, found


def test_a_best_effort_subscription_that_will_lose_images_is_warned_of_once(start, name):
    _, publisher = transfer(start, name, "ours", "real", "best_effort")
    _, errors = publisher.end()
    warnings = [line for line in errors.splitlines() if "best-effort subscription" in line]
    assert len(warnings) == 1, errors
    assert name in warnings[0] and "RMW_IMPLEMENTATION=rmw_cyclonedds_cpp" in warnings[0]


def test_a_reliable_one_is_not_warned_of(start, name):
    _, publisher = transfer(start, name, "ours", "real")
    assert "subscription of Fast DDS" not in publisher.end()[1]
