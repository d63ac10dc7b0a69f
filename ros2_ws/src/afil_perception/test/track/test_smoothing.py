from afil_core.saliency import KeyObject, Rle
from afil_perception.track.smoothing import Smoother


def at(x: float, number: int = 1, mask: Rle | None = None, score: float = 0.9) -> KeyObject:
    return KeyObject(number, "carrot", score, (x, 0.0, x + 10, 10.0), mask)


def smoothed(smoother: Smoother, *frames: list[KeyObject]) -> list[list[KeyObject]]:
    done = [out for frame in frames for out in smoother.push(frame)]
    return [*done, *smoother.flush()]


def ids(frames: list[list[KeyObject]]) -> list[list[int]]:
    return [[o.id for o in frame] for frame in frames]


def test_a_gap_is_filled_along_the_way_and_without_a_mask() -> None:
    mask = Rle((1, 1), (0, 1))
    frames = smoothed(Smoother(3, 1), [at(0, mask=mask)], [], [], [at(30, score=0.5)])
    assert [f[0].box[0] for f in frames] == [0, 10, 20, 30]
    assert [f[0].mask for f in frames] == [mask, None, None, None]
    assert frames[1][0].score == 0.5


def test_a_gap_that_is_too_long_stays_open() -> None:
    assert ids(smoothed(Smoother(1, 1), [at(0)], [], [at(2)])) == [[1], [1], [1]]
    assert ids(smoothed(Smoother(1, 1), [at(0)], [], [], [at(2)])) == [[1], [], [], [1]]


def test_an_object_that_does_not_come_back_is_gone() -> None:
    assert ids(smoothed(Smoother(5, 1), [at(0)], [], [])) == [[1], [], []]


def test_what_was_seen_once_is_dropped_unless_it_is_still_there_at_the_end() -> None:
    frames = smoothed(Smoother(2, 2), [at(0), at(50, 2)], [at(1)], [at(2)], [at(3), at(90, 3)])
    assert ids(frames) == [[1], [1], [1], [1, 3]]


def test_two_sightings_with_a_gap_between_are_two() -> None:
    assert ids(smoothed(Smoother(3, 2), [at(0)], [], [], [at(3)], [])) == [[1]] * 4 + [[]]


def test_every_frame_comes_out_once_and_late_by_the_gap_alone() -> None:
    smoother = Smoother(2, 1)
    assert [len(list(smoother.push([at(k)]))) for k in range(4)] == [0, 0, 1, 1]
    assert len(list(smoother.flush())) == 2
    assert list(smoother.flush()) == []


def test_nothing_is_remembered_of_tracks_that_are_over() -> None:
    smoother = Smoother(2, 1)
    for k in range(50):
        list(smoother.push([at(0, number=k)]))
    assert len(smoother._before) <= 4
