"""What a person hears and sees of a recorder."""

from pathlib import Path

import pytest

from afil_core import messages
from afil_teleop.devices.cues import Announcer, Cues, Speaker, line

STATUS = "afil_interfaces/msg/RecorderStatus"


def status(phase, **fields):
    return messages.new(STATUS, phase=phase, **fields)


def test_what_changes_is_rung_and_said_once():
    cues = Cues()
    said = [
        cue and (cue.words, cue.bells)
        for cue in map(
            cues.take,
            [
                status(1),
                status(1),
                status(2, episode="episode_000000"),
                status(2, episode="episode_000000"),
                status(2, problems=["/a is silent"]),
                status(2, problems=["/a is silent"]),
                status(3),
                status(2),
                status(0, last_episode="episode_000000"),
                status(5, last_episode="episode_000000"),
                status(1, last_episode="episode_000000"),
                status(2, last_episode="episode_000000"),
                status(0, last_episode="episode_000000"),
                status(2, last_episode="episode_000000"),
                status(0, last_episode="episode_000001", set_aside=1),
            ],
        )
    ]
    assert said == [
        None,
        None,
        ("recording", 1),
        None,
        ("alarm", 3),
        None,
        ("paused", 1),
        ("recording", 1),
        ("saved", 2),
        ("resetting", 1),
        ("ready", 1),
        ("recording", 1),
        ("discarded", 2),
        ("recording", 1),
        ("set aside", 3),
    ]


def test_one_line_says_where_the_session_is():
    topic = messages.new("afil_interfaces/msg/TopicStatus", topic="/a", rate_hz=9.8)
    shown = line(
        status(
            2,
            episode="episode_000003",
            time=12.3,
            instruction="lift it",
            episodes=3,
            episodes_left=41,
            topics=[topic],
            problems=["/b is silent"],
        )
    )
    assert shown == (
        "recording | episode_000003 12 s | ! /b is silent | 3 saved, room for 41 | "
        "1/1 topics, 10 Hz and more | lift it"
    )
    assert line(status(0, episodes_left=-1)) == "idle | 0 saved"


def test_words_are_spoken_by_the_program_that_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not Speaker().can_speak
    program = tmp_path / "espeak-ng"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/said\n')
    program.chmod(0o755)
    speaker = Speaker()
    assert speaker.can_speak
    speaker.say("recording")
    speaker._running[0].wait(5)
    speaker.stop()
    assert Path(tmp_path / "said").read_text() == "recording\n"


@pytest.mark.parametrize("phase", range(7))
def test_every_phase_has_a_word(phase):
    assert line(status(phase, episodes_left=-1)).split(" |")[0].isalpha()


class Screen:
    """A device's screen and bell."""

    def __init__(self):
        self.lines, self.bells = [], []
        self.show, self.ring = self.lines.append, self.bells.append


@pytest.mark.parametrize(("sound", "bells"), [("bell", [1]), ("none", []), ("speech", [1])])
def test_what_changes_is_shown_and_heard_as_it_was_asked_for(tmp_path, monkeypatch, sound, bells):
    monkeypatch.setenv("PATH", str(tmp_path))  # no program that speaks
    screen = Screen()
    announcer = Announcer(sound, [screen])
    announcer.take(status(1, episodes_left=-1))
    announcer.take(status(2, episodes_left=-1))
    announcer.stop()
    assert [text.split(" |")[0] for text in screen.lines] == ["ready", "recording"]
    assert screen.bells == bells
