"""Endpoints of which the middleware knows the node later, or never."""

from types import SimpleNamespace

from afil_core.endpoints import Introductions


def end(gid: int, name: str = "_NODE_NAME_UNKNOWN_") -> SimpleNamespace:
    return SimpleNamespace(endpoint_gid=[gid] * 16, node_name=name)


def test_an_endpoint_counts_once_its_node_is_known():
    introductions = Introductions(now_s=lambda: 0.0)
    arm, other = end(1, "arm"), end(2)
    assert introductions.known([arm, other]) == [arm]
    named = end(2, "teleop")
    assert introductions.known([arm, named]) == [arm, named]


def test_one_that_was_known_counts_while_its_name_is_lost():
    introductions = Introductions(now_s=lambda: 0.0)
    introductions.known([end(1, "arm")])
    nameless = end(1)
    assert introductions.known([nameless]) == [nameless]


def test_a_program_that_is_no_node_counts_after_a_while():
    now = [0.0]
    introductions = Introductions(patience_s=5.0, now_s=lambda: now[0])
    foreign = end(3)
    assert introductions.known([foreign]) == []
    now[0] = 4.9
    assert introductions.known([foreign]) == []
    now[0] = 5.0
    assert introductions.known([foreign]) == [foreign]
