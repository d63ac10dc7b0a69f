import numpy as np
import pytest

from afil_core.saliency import KeyObject
from afil_perception.describe import Description, Phrase
from afil_perception.filter import FILTERS, FilterRequest, ObjectFilter
from afil_perception.filter.segments import SegmentFilter

IMAGE = np.zeros((4, 4, 3), np.uint8)
TASK = Description(
    intent="put the carrot in the pot",
    objects=(Phrase(text="carrot", role="target"), Phrase(text="pot", role="reference")),
)


def seen(number: int, phrase: str = "carrot", score: float = 0.8, x: float = 0.0) -> KeyObject:
    return KeyObject(number, phrase, score, (x, 0.0, x + 10, 10.0))


class AskedFilter(ObjectFilter):
    """Keeps everything, or what it is told to, and remembers what it was asked."""

    def __init__(self, answer: list[int] | None = None) -> None:
        self.answer = answer
        self.asked: list[tuple[int, list[int]]] = []

    def keep(self, request: FilterRequest) -> list[int]:
        assert request.rgb.shape == (4, 4, 3)
        self.asked.append((request.index, [c.id for c in request.candidates]))
        return [c.id for c in request.candidates] if self.answer is None else self.answer


@pytest.fixture
def clip(clip_of):
    return clip_of([IMAGE] * 20)


def test_the_filter_is_asked_only_when_the_visible_set_changes(clip) -> None:
    backend = AskedFilter()
    chooser = SegmentFilter(backend, TASK, clip)
    for index, objects in enumerate(
        (
            [seen(1)],
            [seen(1, x=30)],  # moved: same segment
            [seen(1), seen(2)],  # a new one
            [seen(2), seen(1)],  # another order: same segment
            [seen(2)],  # one is gone
            [],  # nothing to ask about
            [seen(2)],  # back
            [seen(2, phrase="pot")],  # another phrase
        )
    ):
        chooser.update(index, objects)
    assert backend.asked == [(0, [1]), (2, [1, 2]), (4, [2]), (6, [2]), (7, [2])]
    assert chooser.segments == 5


def test_the_filter_reads_no_frame_that_it_does_not_look_at(clip) -> None:
    chooser = SegmentFilter(FILTERS.select("instruction").build(None), TASK, clip)
    for index in range(4):
        chooser.update(index, [seen(index + 1)])
    assert clip.reads == 0 and chooser.segments == 4


def test_the_choice_lasts_through_the_segment(clip) -> None:
    chooser = SegmentFilter(AskedFilter([2]), TASK, clip)
    for k in range(4):
        kept = chooser.update(k, [seen(1), seen(2, x=10.0 * k)])
        assert [o.id for o in kept] == [2]


def test_no_more_than_three_objects_are_kept_whatever_the_backend_says(clip) -> None:
    chooser = SegmentFilter(AskedFilter(), TASK, clip)
    assert len(chooser.update(0, [seen(i) for i in range(1, 7)])) == 3


def test_ids_that_nobody_saw_are_not_counted_among_the_three(clip) -> None:
    kept = SegmentFilter(AskedFilter([90, 91, 92, 1]), TASK, clip).update(0, [seen(1)])
    assert [o.id for o in kept] == [1]
