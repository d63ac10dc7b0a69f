import threading
import time

import numpy as np
import pytest

from afil_core.contract import load_contract
from afil_core.errors import AfilError
from afil_core.testing import changed
from afil_perception.clips.live import LiveClip
from afil_perception.describe import Phrase
from afil_perception.detect import DETECTORS
from afil_perception.pipeline.frames import WatchedClip
from afil_perception.track import TRACKERS


@pytest.fixture
def stream():
    return changed(load_contract("video"), {"observations.image.size": [120, 160]}).images[0]


def message(stream, draw, k: int) -> bytes:
    return stream.encode(draw([(30 + 5 * k, 60, 8, (255, 130, 10))]), 1000 + k)


def test_frames_come_out_as_they_went_in_until_the_clip_is_closed(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=5)
    for k in range(3):
        clip.push(message(stream, draw, k))
    frames = iter(clip)
    assert [next(frames).stamp_ns for _ in range(3)] == [1000, 1001, 1002]
    assert len(clip) == 3 and clip.frame(1).stamp_ns == 1001
    clip.close()
    assert next(frames, None) is None


def test_what_comes_while_the_reader_is_busy_is_skipped_oldest_first(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=2)
    for k in range(6):
        clip.push(message(stream, draw, k))
    frames = iter(clip)
    assert [next(frames).index for _ in range(2)] == [0, 1]
    assert clip.frame(0).stamp_ns == 1004
    assert (clip.arrived, clip.skipped) == (6, 4)


def test_a_frame_that_can_not_be_decoded_is_noted_and_harms_no_other(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=5)
    clip.push(b"nothing")
    clip.push(message(stream, draw, 0))
    assert next(iter(clip)).index == 1
    assert list(clip.lost) == [0]


def test_a_frame_from_long_ago_is_no_longer_there(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=1)
    frames = iter(clip)
    for k in range(40):
        clip.push(message(stream, draw, k % 10))
        next(frames)
    with pytest.raises(AfilError, match="frame 0 of .* is no longer there"):
        clip.frame(0)


def test_a_window_waits_for_no_frame(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=8)
    windows = WatchedClip(clip).windows(4)
    clip.push(message(stream, draw, 0))
    assert [f.index for f in next(windows)] == [0]
    for k in range(6):
        clip.push(message(stream, draw, k))
    assert [f.index for f in next(windows)] == [1, 2, 3, 4]
    assert [f.index for f in next(windows)] == [5, 6]


def test_windows_that_share_a_frame_share_it_live_too(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=8)
    windows = clip.windows(4, overlap=1)
    shown = []
    for k in range(3):
        clip.push(message(stream, draw, k))
        shown.append([f.index for f in next(windows)])
    assert shown == [[0], [0, 1], [1, 2]]


def test_who_describes_the_scene_waits_for_its_first_frame(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=2)
    threading.Timer(0.1, clip.push, [message(stream, draw, 3)]).start()
    (frame,) = clip.sample(16)
    assert frame.stamp_ns == 1003
    assert next(iter(clip)).stamp_ns == 1003  # it is answered all the same
    assert clip.sample(0) == []


def test_a_clip_that_is_closed_before_a_frame_came_says_so(stream) -> None:
    clip = LiveClip(stream, max_waiting=2)
    clip.close()
    with pytest.raises(AfilError, match="no frame came"):
        clip.sample(1)


def test_a_tracker_answers_each_frame_before_the_next_comes(stream, draw) -> None:
    clip = LiveClip(stream, max_waiting=2)
    phrases = [Phrase(text="orange ball", role="target")]
    answers = (
        TRACKERS.select("iou").build().track(clip, phrases, DETECTORS.select("color").build())
    )
    for k in range(4):
        clip.push(message(stream, draw, k))
        began = time.monotonic()
        (item,) = next(answers)
        assert item.id == 1 and time.monotonic() - began < 5
        assert item.box[0] == pytest.approx(22 + 5 * k, abs=1)
    assert np.all(np.diff(clip.times_ns) == 1)
