import os
import subprocess

import pytest

from afil_core.errors import AfilError
from afil_core.storage import clear_drafts, replacing, write_text


def test_a_file_is_replaced_when_the_block_ends_well(tmp_path):
    place = tmp_path / "deep" / "a.txt"
    write_text(place, "one")
    write_text(place, "two")
    assert place.read_text() == "two" and os.listdir(place.parent) == ["a.txt"]


def test_a_folder_replaces_a_folder(tmp_path):
    place = tmp_path / "run"
    for name in ("old", "new"):
        with replacing(place) as draft:
            (draft / "inner").mkdir(parents=True)
            (draft / "inner" / name).write_text(name)
    assert os.listdir(tmp_path) == ["run"] and os.listdir(place / "inner") == ["new"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_was_there_stays_when_the_block_fails(tmp_path, error):
    place = tmp_path / "run"
    place.mkdir()
    (place / "old").touch()
    with pytest.raises(error), replacing(place) as draft:
        draft.mkdir()
        raise error
    assert os.listdir(tmp_path) == ["run"] and os.listdir(place) == ["old"]


def test_a_place_that_can_not_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AfilError, match="cannot be written"), replacing(tmp_path / "file" / "a"):
        pass


def test_a_folder_that_can_not_be_moved_in_leaves_the_one_from_before(tmp_path, monkeypatch):
    place = tmp_path / "run"
    with replacing(place) as draft:
        draft.mkdir()
        (draft / "old").touch()
    rename = os.rename

    def refuse(source, target):
        if target == place and not source.name.endswith(".old"):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(AfilError, match="Input/output error"), replacing(place) as draft:
        draft.mkdir()
    assert os.listdir(tmp_path) == ["run"] and os.listdir(place) == ["old"]


def test_drafts_of_writers_that_are_gone_are_cleared_and_no_others(tmp_path):
    with subprocess.Popen(["true"]) as gone:
        left = tmp_path / f".run.{gone.pid}.partial"
    (left / "inner").mkdir(parents=True)
    (tmp_path / f".run.{gone.pid}.partial.old").mkdir()
    (tmp_path / f".other.{gone.pid}.partial").mkdir()
    (tmp_path / f".run.{os.getpid()}.partial").mkdir()
    clear_drafts(tmp_path / "run")
    assert sorted(os.listdir(tmp_path)) == sorted(
        [f".other.{gone.pid}.partial", f".run.{os.getpid()}.partial"]
    )
