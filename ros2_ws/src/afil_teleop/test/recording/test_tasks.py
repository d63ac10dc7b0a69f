"""Tasks by name."""

import pytest

from afil_core.errors import AfilError
from afil_teleop.recording.tasks import TaskList, task_instructions


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.yaml"
    path.write_text(
        "tasks:\n  fold_towel:\n    instruction: fold the blue towel\n"
        "  lift:\n    instruction: lift it\n"
    )
    return path


def test_a_task_stands_for_its_instruction(tasks):
    assert task_instructions(tasks, "fold_towel") == "fold the blue towel"


def test_an_unknown_task_is_answered_with_the_nearest_name(tasks):
    with pytest.raises(AfilError, match="unknown task 'fold_towl'; did you mean 'fold_towel'"):
        task_instructions(tasks, "fold_towl")


def test_a_file_of_another_form_is_refused_with_its_key(tasks):
    tasks.write_text("tasks:\n  fold_towel: {words: fold}\n")
    with pytest.raises(AfilError, match=r"tasks.yaml: tasks.fold_towel.words"):
        task_instructions(tasks, "fold_towel")


def test_several_tasks_follow_one_another(tasks):
    words = task_instructions(tasks, "fold_towel, lift")
    assert words == "fold the blue towel | lift it"
    several = TaskList(words, "fold_towel,lift")
    assert several.instructions == ("fold the blue towel", "lift it")
    assert several.current.name == "fold_towel"
    assert several.next().instruction == "lift it"
    assert several.next().name == "fold_towel"
    assert several.choose("lift").instruction == "lift it"
    assert several.choose("open the drawer").name == "" and len(several.instructions) == 3


def test_one_task_has_no_next():
    with pytest.raises(AfilError, match="has one task; give several"):
        TaskList("lift it").next()
    assert TaskList("").current.instruction == ""
