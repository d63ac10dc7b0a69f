"""Statistics, progress lines, exit codes and the world's status."""

import os

import numpy as np
import pytest

from afil_core import messages
from afil_core.codecs import encode_string
from afil_core.errors import AfilError, run
from afil_core.imaging import resize, resize_map
from afil_core.progress import Progress
from afil_core.storage import move_in
from afil_core.world_protocol import EpisodeStatus, uses_sim_time


def test_progress_prints_first_and_last_and_not_too_often():
    lines, now = [], [0.0]
    progress = Progress("episode", 100, write=lines.append, clock=lambda: now[0])
    for _ in range(100):
        now[0] += 0.1
        progress.advance(detail="seed 3")
    assert lines[0].startswith("episode 1/100 (1 %)")
    assert lines[-1] == "episode 100/100 (100 %): seed 3"
    assert len(lines) < 8


def test_user_error_ends_with_two_and_one_line(capsys):
    def fail():
        raise AfilError("no such file; give another")

    assert run(fail) == 2
    assert capsys.readouterr().err == "error: no such file; give another\n"


def test_a_file_that_the_system_refuses_is_named_in_one_line(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert run(lambda: (tmp_path / "file" / "run").mkdir()) == 2
    assert capsys.readouterr().err == f"error: {tmp_path}/file/run: Not a directory\n"


def test_interrupt_ends_with_130():
    def interrupted():
        raise KeyboardInterrupt

    assert run(interrupted) == 130


def test_plain_end_is_zero():
    assert run(lambda: None) == 0


def test_episode_status_travels_as_a_message():
    status = EpisodeStatus(
        3, 1003, "done", True, 41, 42, timeouts=2, score=0.5, instruction="lift the carrot",
        metrics={"route_completion": 62.5, "red_light": 1.0},
    )  # fmt: skip
    message = messages.deserialize(status.encode(), "afil_interfaces/msg/EpisodeStatus")
    assert message.state == message.DONE and message.score == 0.5
    assert list(message.metric_names) == ["route_completion", "red_light"]
    assert EpisodeStatus.decode(status.encode()) == status
    assert status.done


def test_status_that_is_something_else_is_refused():
    with pytest.raises(AfilError, match="not a valid afil_interfaces/msg/EpisodeStatus"):
        EpisodeStatus.decode(encode_string('{"mood": "good"}'))
    later = messages.new("afil_interfaces/msg/EpisodeStatus", state=7)
    with pytest.raises(AfilError, match="state 7 is none of .* another version"):
        EpisodeStatus.decode(messages.serialize(later))


def test_resize_averages_areas_and_returns_same_size_untouched():
    image = np.zeros((4, 4, 3), np.uint8)
    image[:2, :2] = 100
    assert resize(image, (2, 2))[..., 0].tolist() == [[100, 0], [0, 0]]
    assert resize(image, (4, 4)) is image
    assert resize_map(image[..., 0], (8, 8)).shape == (8, 8)


@pytest.mark.parametrize(
    ("choice", "clock", "sim", "expected"),
    [
        ("auto", "system", True, True),
        ("auto", "system", False, False),
        ("auto", "simulated", False, True),
        ("false", "simulated", False, False),
        ("true", "system", False, True),
    ],
)
def test_simulators_are_followed_by_their_own_clock(choice, clock, sim, expected):
    assert uses_sim_time(choice, clock, sim=sim) is expected


def test_what_is_moved_in_is_flushed_before_and_after(tmp_path, monkeypatch):
    new, place = tmp_path / "new", tmp_path / "place"
    new.mkdir()
    (new / "file").write_text("x")
    events = []
    monkeypatch.setattr(
        "os.fsync", lambda fd: events.append(os.path.realpath(f"/proc/self/fd/{fd}"))
    )
    rename = os.rename
    monkeypatch.setattr("os.rename", lambda *names: (events.append("rename"), rename(*names)))
    move_in(new, place)
    assert events == [str(new / "file"), str(new), "rename", str(tmp_path)]
    assert (place / "file").read_text() == "x"
