import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import KeyObject
from afil_perception.clips import Loss
from afil_perception.pipeline.frames import LostFrame, SeenFrame, WatchedClip, matched

IMAGE = np.zeros((3, 5, 3), np.uint8)


def item(number: int) -> KeyObject:
    return KeyObject(number, "carrot", 1.0, (0.0, 0.0, 1.0, 1.0))


@pytest.fixture
def clip(clip_of) -> WatchedClip:
    return WatchedClip(clip_of([None, IMAGE, IMAGE, None, None, IMAGE, None]))


def at_once(clip):
    return [[item(frame.index)] for frame in clip]


def one_by_one(clip):
    for frame in clip:
        yield [item(frame.index)]


def in_windows(clip):
    for window in clip.windows(2):
        yield from [[item(frame.index)] for frame in window]


def twice(clip):
    list(clip)
    yield from one_by_one(clip)


@pytest.mark.parametrize("tracker", [at_once, one_by_one, in_windows, twice])
def test_every_recorded_frame_is_accounted_for_however_the_tracker_reads(clip, tracker) -> None:
    found = list(matched(clip, iter(tracker(clip)), "toy"))
    assert [f.index for f in found] == list(range(7))
    assert [type(f) for f in found] == [
        *(LostFrame, SeenFrame, SeenFrame, LostFrame),
        *(LostFrame, SeenFrame, LostFrame),
    ]
    seen = [f for f in found if isinstance(f, SeenFrame)]
    assert [f.objects[0].id for f in seen] == [f.index for f in seen]
    assert {(f.size, f.stamp_ns // 100 - f.index) for f in seen} == {((3, 5), 0)}
    assert found[0] == LostFrame(0, Loss("broken", "a torn image"))


def too_many(clip):
    yield from one_by_one(clip)
    yield []


def too_few(clip):
    list(clip)
    yield []


def not_to_the_end(clip):
    yield [item(next(iter(clip)).index)]


def unread(clip):
    yield []


@pytest.mark.parametrize(
    ("tracker", "sentence"),
    [
        (too_many, "'toy' answered for 4 frames, but read 3"),
        (too_few, "'toy' answered for 1 of 3 readable frames"),
        (not_to_the_end, "'toy' answered for 1 of 6 readable frames"),
        (unread, "'toy' answered for 1 frames, but read 0"),
    ],
)
def test_a_tracker_that_answers_for_other_frames_is_refused(clip, tracker, sentence) -> None:
    with pytest.raises(AfilError, match=sentence):
        list(matched(clip, iter(tracker(clip)), "toy"))
