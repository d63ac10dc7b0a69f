import numpy as np
import pytest

from afil_core.errors import AfilError


def images(count: int) -> list[np.ndarray]:
    return [np.full((2, 2, 3), k, np.uint8) for k in range(count)]


@pytest.mark.parametrize(
    ("size", "overlap", "expected"),
    [
        (3, 0, [[0, 1, 2], [3, 4, 5], [6]]),
        (3, 1, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        (4, 3, [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]]),
        (7, 0, [[0, 1, 2, 3, 4, 5, 6]]),
        (9, 2, [[0, 1, 2, 3, 4, 5, 6]]),
    ],
)
def test_windows_cover_the_clip_and_end_with_it(clip_of, size, overlap, expected) -> None:
    windows = clip_of(images(7)).windows(size, overlap)
    assert [[frame.index for frame in window] for window in windows] == expected


def test_windows_leave_out_what_can_not_be_read(clip_of) -> None:
    clip = clip_of([None, *images(3), None])
    assert [[f.index for f in w] for w in clip.windows(2)] == [[1, 2], [3]]
    assert {index: loss.text for index, loss in clip.lost.items()} == {
        0: "a torn image",
        4: "a torn image",
    }


def test_windows_that_never_move_are_refused(clip_of) -> None:
    with pytest.raises(ValueError, match="can't overlap"):
        next(clip_of(images(3)).windows(2, 2))


def test_a_window_is_read_when_it_is_asked_for(clip_of) -> None:
    clip = clip_of(images(100))
    next(clip.windows(4))
    assert clip.reads == 4


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (1, [0]), (2, [0, 10]), (3, [0, 5, 10]), (50, list(range(11)))],
)
def test_a_sample_is_uniform_from_the_first_to_the_last(clip_of, count, expected) -> None:
    assert [f.index for f in clip_of(images(11)).sample(count)] == expected


def test_a_sample_is_uniform_in_time_not_in_frames(clip_of) -> None:
    class Stalling(clip_of):
        times_ns = [0, 100, 200, 300, 1000]

    assert [f.index for f in Stalling(images(5)).sample(3)] == [0, 3, 4]


def test_a_sample_leaves_out_what_can_not_be_read(clip_of) -> None:
    frames = images(3)
    assert [f.index for f in clip_of([frames[0], None, frames[2]]).sample(3)] == [0, 2]


def test_a_sample_of_nothing_but_unreadable_frames_is_an_error(clip_of) -> None:
    with pytest.raises(AfilError, match="none of 2 frames can be read: a torn image"):
        clip_of([None, None]).sample(5)
