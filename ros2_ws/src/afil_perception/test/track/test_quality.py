import numpy as np

from afil_core.saliency import KeyObject, Rle
from afil_perception.track import TrackEvent, TrackInspector

SIZE = (100, 200)


def at(x: float, side: float = 20.0, number: int = 1, phrase: str = "carrot") -> KeyObject:
    return KeyObject(number, phrase, 0.9, (x, 40.0, x + side, 40.0 + side))


def events(*frames: list[KeyObject]) -> list[tuple[TrackEvent, ...]]:
    inspector = TrackInspector()
    return [inspector.update(frame, SIZE) for frame in frames]


def test_nothing_is_wrong_with_an_object_that_moves() -> None:
    assert events(*[[at(20 + 3 * k)] for k in range(5)]) == [()] * 5


def test_an_object_that_vanishes_is_lost_once() -> None:
    assert events([at(20)], [], []) == [(), (TrackEvent("lost", 1, "carrot"),), ()]


def test_an_object_that_leaves_the_image_is_not_lost() -> None:
    assert events([at(179)], []) == [(), ()]
    assert events([at(1)], []) == [(), ()]


def test_an_object_that_doubles_in_size_at_once_has_jumped() -> None:
    assert events([at(20, 20)], [at(20, 30)]) == [(), (TrackEvent("area_jump", 1, "carrot"),)]
    assert events([at(20, 30)], [at(20, 20)]) == [(), (TrackEvent("area_jump", 1, "carrot"),)]
    assert events([at(20, 20)], [at(20, 25)]) == [(), ()]


def test_the_area_of_a_mask_counts_before_that_of_its_box() -> None:
    half = np.zeros(SIZE, bool)
    half[40:44, 20:40] = True
    item = KeyObject(1, "carrot", 0.9, (20.0, 40.0, 40.0, 60.0), Rle.of(half))
    assert events([at(20)], [item]) == [(), (TrackEvent("area_jump", 1, "carrot"),)]


def test_a_new_identity_where_one_of_the_same_phrase_was_lost_is_a_switch() -> None:
    lost = TrackEvent("lost", 1, "carrot")
    switch = TrackEvent("identity_switch", 2, "carrot")
    assert events([at(20)], [at(22, number=2)]) == [(), (lost, switch)]
    assert events([at(20)], [], [], [at(22, number=2)])[-1] == (switch,)
    assert events([at(20)], [at(100, number=2)])[-1] == (lost,)
    assert events([at(20)], [at(22, number=2, phrase="pot")])[-1] == (lost,)


def test_an_identity_that_comes_back_is_no_switch() -> None:
    assert events([at(20)], [], [at(22)])[-1] == ()
