"""Automatic recording against a scripted world."""

import pytest

from afil_core.errors import AfilError
from afil_core.world_protocol import EpisodeStatus
from afil_teleop.recording.session import Answer, Phase
from afil_teleop.recording.unattended import Patience, UnattendedRecording

PATIENCE = Patience(ready_s=2.0, reset_s=1.0, silence_s=1.0, stragglers_s=1.0, told_s=1.5)


class Bench:
    """A session and a world in one; time moves in steps of 0.1 s."""

    def __init__(self, episodes: int, existing: int = 0) -> None:
        self.now = 0.0
        self.ready = True
        self.answers_resets = True
        self.frames_of_seed: dict[int, int] = {}
        self.phase = Phase.IDLE
        self.saved: list[tuple[int | None, bool]] = []
        self.discarded = 0
        self.lines: list[str] = []
        self.counts = (0, 0)
        self.seed = 10 + existing
        self.episode = -1
        self.run = UnattendedRecording(
            self,
            lambda: self.counts,
            self.reset,
            self.lines.append,
            episodes=episodes,
            existing=existing,
            patience=PATIENCE,
        )

    def start(self) -> Answer:
        if not self.ready:
            return Answer(False, "cannot start: nothing publishes /joint_states")
        self.phase = Phase.RECORDING
        self.counts = (0, 0)
        return Answer(True, "")

    def save(self, *, success: bool, seed: int | None = None) -> Answer:
        self.phase = Phase.IDLE
        self.saved.append((seed, success))
        return Answer(True, "")

    def discard(self) -> Answer:
        self.phase = Phase.IDLE
        self.discarded += 1
        return Answer(True, "")

    def reset(self) -> None:
        assert self.phase is Phase.RECORDING, "recording starts before the world does"
        if not self.answers_resets:
            return
        self.episode += 1
        seed, self.seed = self.seed, self.seed + 1
        self.run.reset_answered(self.episode)
        frames = self.frames_of_seed.get(seed, 43)
        self.counts = (frames, 6 * frames)
        self.run.status_received(
            EpisodeStatus(self.episode, seed, "done", seed % 2 == 0, steps=42, frames=43)
        )

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.run.tick(self.now)
            self.now += 0.1


def test_episodes_are_recorded_until_the_dataset_has_enough():
    bench = Bench(episodes=4, existing=1)
    bench.play(10)
    assert bench.run.finished
    assert bench.saved == [(11, False), (12, True), (13, False)]
    assert bench.lines[0] == "episode 2/4 seed 11 failure 42 steps"
    assert bench.lines[-1] == "episode 4/4 seed 13 failure 42 steps"


def test_a_dataset_with_enough_episodes_needs_no_world():
    bench = Bench(episodes=2, existing=2)
    assert bench.run.finished


def test_an_episode_that_lost_frames_is_discarded_and_replaced():
    bench = Bench(episodes=2)
    bench.frames_of_seed = {10: 41}
    bench.play(10)
    assert bench.discarded == 1
    assert [seed for seed, _ in bench.saved] == [11, 12]
    assert "41 of 43 frames of seed 10" in bench.lines[0]


def test_stragglers_are_waited_for():
    bench = Bench(episodes=1)
    bench.frames_of_seed = {10: 42}
    bench.play(0.5)
    assert not bench.saved
    bench.counts = (43, 260)
    bench.play(0.1)
    assert not bench.saved, "a moment of silence comes first"
    bench.play(0.5)
    assert bench.saved == [(10, True)]


def test_losing_frames_again_and_again_is_an_error():
    bench = Bench(episodes=2)
    bench.frames_of_seed = dict.fromkeys(range(10, 20), 40)
    with pytest.raises(AfilError, match="3 episodes in a row lost frames"):
        bench.play(20)
    assert bench.saved == []


def test_topics_that_never_appear_are_named():
    bench = Bench(episodes=1)
    bench.ready = False
    bench.play(1.0)
    bench.ready = True
    bench.play(1.0)
    assert bench.run.finished
    late = Bench(episodes=1)
    late.ready = False
    with pytest.raises(AfilError, match="/joint_states"):
        late.play(3.0)
    assert late.lines == ["waiting: cannot start: nothing publishes /joint_states"]


def test_a_world_that_does_not_answer_is_an_error():
    bench = Bench(episodes=1)
    bench.answers_resets = False
    with pytest.raises(AfilError, match="world/reset did not answer"):
        bench.play(3.0)


def test_a_world_that_falls_silent_is_an_error():
    bench = Bench(episodes=1)
    bench.answers_resets = False
    bench.play(0.2)
    bench.run.reset_answered(0)
    with pytest.raises(AfilError, match="sent nothing for 1 s in episode 0"):
        bench.play(3.0)


def test_somebody_elses_reset_ends_the_recording():
    bench = Bench(episodes=1)
    bench.answers_resets = False
    bench.play(0.2)
    bench.run.reset_answered(4)
    bench.run.status_received(EpisodeStatus(5, 11, "running", False, 0, 0))
    with pytest.raises(AfilError, match="somebody else called world/reset in episode 4"):
        bench.play(0.5)
    assert bench.saved == []


def test_a_refused_reset_is_an_error():
    bench = Bench(episodes=1)
    with pytest.raises(AfilError, match="world/reset refused: busy"):
        bench.run.reset_answered(None, "busy")


def test_the_end_of_an_earlier_episode_does_not_end_this_one():
    bench = Bench(episodes=1)
    bench.answers_resets = False
    bench.play(0.2)
    bench.run.reset_answered(5)
    bench.counts = (43, 43)
    bench.run.status_received(EpisodeStatus(4, 9, "done", True, 42, 43))
    bench.play(0.5)
    assert bench.saved == []
    bench.run.status_received(EpisodeStatus(5, 10, "done", True, 42, 43))
    bench.play(0.5)
    assert bench.saved == [(10, True)]
