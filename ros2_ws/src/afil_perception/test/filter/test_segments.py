import numpy as np

from afil_perception.filter.instruction import InstructionFilter
from afil_perception.filter.segments import SegmentFilter
from afil_perception.interfaces import FilterRequest
from afil_perception.objects import Description, KeyObject, ObjectQuery

IMAGE = np.zeros((4, 4, 3), np.uint8)
TASK = Description(
    "put the carrot in the pot",
    (ObjectQuery("carrot", "target"), ObjectQuery("pot", "reference")),
)


def seen(track_id: int, label: str = "carrot", score: float = 0.8, x: float = 0.0) -> KeyObject:
    return KeyObject(label, (x, 0.0, x + 10, 10.0), score, track_id)


class AskedFilter:
    """Keeps everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def keep(self, request: FilterRequest) -> list[int]:
        self.asked.append([c.track_id for c in request.candidates])
        return [c.track_id for c in request.candidates]


def test_the_filter_is_asked_only_when_the_visible_set_changes() -> None:
    backend = AskedFilter()
    chooser = SegmentFilter(backend, TASK, 3)
    for objects in (
        [seen(1)],
        [seen(1, x=30)],  # moved: same segment
        [seen(1), seen(2)],  # a new one
        [seen(2), seen(1)],  # another order: same segment
        [seen(2)],  # one is gone
        [],  # nothing to ask about
        [seen(2)],  # back
        [seen(2, label="pot")],  # another label
    ):
        chooser.update(IMAGE, objects)
    assert backend.asked == [[1], [1, 2], [2], [2], [2]]
    assert chooser.segments == 5


def test_the_choice_lasts_through_the_segment() -> None:
    class OnlyTwo:
        def keep(self, request: FilterRequest) -> list[int]:
            return [2]

    chooser = SegmentFilter(OnlyTwo(), TASK, 3)
    for k in range(4):
        kept = chooser.update(IMAGE, [seen(1), seen(2, x=10.0 * k)])
        assert [o.track_id for o in kept] == [2]


def test_no_more_than_three_objects_are_kept_whatever_the_backend_says() -> None:
    chooser = SegmentFilter(AskedFilter(), TASK, 3)
    assert len(chooser.update(IMAGE, [seen(i) for i in range(1, 7)])) == 3


def test_ids_that_nobody_saw_are_not_counted_among_the_three() -> None:
    class Inventive:
        def keep(self, request: FilterRequest) -> list[int]:
            return [90, 91, 92, 1]

    kept = SegmentFilter(Inventive(), TASK, 3).update(IMAGE, [seen(1)])
    assert [o.track_id for o in kept] == [1]


def keep(*candidates: KeyObject, before: frozenset[int] = frozenset()) -> list[int]:
    return InstructionFilter().keep(FilterRequest(IMAGE, TASK, candidates, before))


def test_the_target_of_the_instruction_comes_before_what_it_mentions() -> None:
    assert keep(seen(1, "pot", 0.9), seen(2, "carrot", 0.5)) == [2, 1]


def test_a_singular_phrase_keeps_its_best_candidate_only() -> None:
    assert keep(seen(1, score=0.5), seen(2, score=0.8)) == [2]


def test_a_slightly_better_newcomer_does_not_displace_a_kept_object() -> None:
    assert keep(seen(1, score=0.7), seen(2, score=0.75), before=frozenset({1})) == [1]
    assert keep(seen(1, score=0.4), seen(2, score=0.9), before=frozenset({1})) == [2]
