"""Tasks by name."""

import pytest

from afil_core.errors import AfilError
from afil_teleop.recording.tasks import task_instruction


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.yaml"
    path.write_text("tasks:\n  fold_towel:\n    instruction: fold the blue towel\n")
    return path


def test_a_task_stands_for_its_instruction(tasks):
    assert task_instruction(tasks, "fold_towel") == "fold the blue towel"


def test_an_unknown_task_is_answered_with_the_nearest_name(tasks):
    with pytest.raises(AfilError, match="unknown task 'fold_towl'; did you mean 'fold_towel'"):
        task_instruction(tasks, "fold_towl")


def test_a_file_of_another_form_is_refused_with_its_key(tasks):
    tasks.write_text("tasks:\n  fold_towel: {words: fold}\n")
    with pytest.raises(AfilError, match=r"tasks.yaml: tasks.fold_towel.words"):
        task_instruction(tasks, "fold_towel")
