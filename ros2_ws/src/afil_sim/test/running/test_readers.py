"""What an episode's first frame waits for."""

from __future__ import annotations

import pytest

from afil_sim.running.readers import Graph, missing_reader

EXPERT, RECORDER = ("expert_node", "/"), ("record_node", "/")


def graph(known=1, matched=1, readers=(EXPERT, RECORDER), commanders=(EXPERT,)) -> Graph:
    return Graph(
        {"/image": known},
        {"/image": matched},
        frozenset(readers),
        {"/pose": frozenset(commanders)},
    )


def test_nothing_is_missing_when_all_who_are_known_are_connected():
    assert missing_reader(graph(), answered=True) == ""
    assert missing_reader(graph(known=0, matched=0), answered=True) == ""


@pytest.mark.parametrize("answered", [True, False])
def test_a_reader_that_is_known_and_not_connected_is_waited_for(answered):
    assert "reader of /image" in missing_reader(graph(known=2), answered=answered)


def test_one_who_commands_and_does_not_read_yet_is_waited_for():
    late = graph(readers=(RECORDER,))
    assert "/expert_node writes /pose and reads none" in missing_reader(late, answered=True)
    assert missing_reader(late, answered=False) == ""
    there = graph(readers=(("expert_node", "/left"),), commanders=(("expert_node", "/left"),))
    assert missing_reader(there, answered=True) == ""


def test_two_whose_names_are_not_known_yet_are_not_taken_for_one():
    unknown = ("_NODE_NAME_UNKNOWN_", "_NODE_NAMESPACE_UNKNOWN_")
    early = graph(readers=(RECORDER, unknown), commanders=(unknown,))
    assert "name is not known yet" in missing_reader(early, answered=True)


def test_frames_that_are_to_be_answered_wait_for_somebody_who_answers():
    assert "nobody writes /pose" in missing_reader(graph(commanders=()), answered=True)
    assert missing_reader(graph(commanders=()), answered=False) == ""
