import numpy as np
import pytest

from afil_core.saliency import KeyObject
from afil_perception.describe import Description, Phrase
from afil_perception.filter import FILTERS, Choice, FilterRequest, ObjectFilter
from afil_perception.filter.segments import Context, SegmentFilter

IMAGE = np.zeros((4, 4, 3), np.uint8)
TASK = Description(
    intent="put the carrot in the pot",
    objects=(Phrase(text="carrot", role="target"), Phrase(text="pot", role="reference")),
)
STEP_NS = 100_000_000


def seen(number: int, phrase: str = "carrot", score: float = 0.8, x: float = 0.0) -> KeyObject:
    return KeyObject(number, phrase, score, (x, 0.0, x + 10, 10.0))


class AskedFilter(ObjectFilter):
    """Keeps everything, or what it is told to, and remembers what it was asked."""

    def __init__(self, answer: list[int] | None = None, **rules: float) -> None:
        self.answer = answer
        self.missing: tuple[str, ...] = ()
        self.asked: list[tuple[int, list[int]]] = []
        self.doing: list[str] = []
        for name, value in rules.items():
            setattr(self, name, value)

    def keep(self, request: FilterRequest) -> Choice:
        assert request.rgb.shape == (4, 4, 3)
        self.asked.append((request.index, [c.id for c in request.candidates]))
        self.doing.append(request.doing)
        ids = [c.id for c in request.candidates] if self.answer is None else self.answer
        return Choice(tuple(ids), {i: f"why {i}" for i in ids}, self.missing)


@pytest.fixture
def clip(clip_of):
    return clip_of([IMAGE] * 40)


@pytest.fixture
def follow(clip):
    """Sends frames, ten a second, through a filter; the ids kept in each."""

    def run(backend: ObjectFilter, *frames: list[KeyObject], look=None) -> list[list[int]]:
        chooser = SegmentFilter(backend, TASK, clip)
        kept = [chooser.update(k, k * STEP_NS, f, look)[0] for k, f in enumerate(frames)]
        return [[o.id for o in objects] for objects in kept]

    return run


def test_the_filter_is_asked_only_when_the_visible_set_changes(follow) -> None:
    backend = AskedFilter()
    follow(
        backend,
        [seen(1)],
        [seen(1, x=30)],  # moved: same segment
        [seen(1), seen(2)],  # a new one
        [seen(2), seen(1)],  # another order: same segment
        [seen(2)],  # one is gone
        [],  # nothing to ask about
        [seen(2)],  # back, and nothing changed
        [seen(2, phrase="pot")],  # another phrase
    )
    assert backend.asked == [(0, [1]), (2, [1, 2]), (4, [2]), (7, [2])]


def test_where_nothing_was_kept_the_least_interval_holds_too(follow) -> None:
    backend = AskedFilter([], min_interval_s=0.5)
    follow(backend, *([seen(number)] for number in range(1, 8)))
    assert [index for index, _ in backend.asked] == [0, 5]


def test_between_two_questions_is_the_least_interval(follow) -> None:
    backend = AskedFilter(min_interval_s=0.5)
    one, two = [seen(1)], [seen(1), seen(2)]
    kept = follow(backend, one, two, one, two, two, two, two)
    assert [index for index, _ in backend.asked] == [0, 5]
    assert kept == [[1]] * 5 + [[1, 2]] * 2


def test_where_nothing_kept_is_left_the_question_does_not_wait(follow) -> None:
    backend = AskedFilter(min_interval_s=60)
    assert follow(backend, [seen(1)], [seen(2)], [seen(2)]) == [[1], [2], [2]]
    assert [index for index, _ in backend.asked] == [0, 1]


def test_an_answer_holds_for_a_while_when_the_same_is_visible_again(follow) -> None:
    backend = AskedFilter(reuse_s=0.35)
    one, two = [seen(1)], [seen(1), seen(2)]
    kept = follow(backend, one, two, one, two, one)
    assert [index for index, _ in backend.asked] == [0, 1, 4]
    assert kept == [[1], [1, 2], [1], [1, 2], [1]]


def test_a_window_has_a_question_of_its_own_although_nothing_changed(follow) -> None:
    backend = AskedFilter(every_s=0.3)
    follow(backend, *[[seen(1)]] * 8)
    assert [index for index, _ in backend.asked] == [0, 3, 6]


def test_the_filter_reads_no_frame_that_it_does_not_look_at(clip) -> None:
    chooser = SegmentFilter(FILTERS.select("instruction").build(None), TASK, clip)
    for index in range(4):
        chooser.update(index, index * STEP_NS, [seen(index + 1)])
    assert clip.reads == 0 and chooser.segments == 4


def test_the_choice_lasts_through_the_segment(follow) -> None:
    frames = [[seen(1), seen(2, x=10.0 * k)] for k in range(4)]
    assert follow(AskedFilter([2]), *frames) == [[2]] * 4


def test_no_more_than_three_objects_are_kept_whatever_the_backend_says(follow) -> None:
    assert follow(AskedFilter(), [seen(i) for i in range(1, 7)]) == [[1, 2, 3]]


def test_ids_that_nobody_saw_are_not_counted_among_the_three(follow) -> None:
    assert follow(AskedFilter([90, 91, 92, 1]), [seen(1)]) == [[1]]


def test_what_is_missing_is_looked_for_and_the_question_is_asked_again(follow) -> None:
    backend = AskedFilter(max_searches=1)
    backend.missing = ("lid",)
    looked: list[tuple[str, ...]] = []

    def look(phrases):
        looked.append(tuple(phrases))
        return [seen(9, "lid")]

    kept = follow(backend, [seen(1)], [seen(1), seen(9, "lid")], [seen(2)], look=look)
    assert backend.asked == [(0, [1]), (0, [1, 9]), (2, [2])]
    assert looked == [("lid",)] and kept == [[1, 9], [1, 9], [2]]


def test_what_was_decided_and_why_is_told_once_for_a_segment(clip) -> None:
    backend = AskedFilter([2])
    context = Context("driving", lambda stamp_ns: f"braking at {stamp_ns}")
    chooser = SegmentFilter(backend, TASK, clip, context)
    _, decision = chooser.update(0, 7, [seen(1), seen(2)])
    assert decision is not None and decision.doing == "braking at 7" == backend.doing[0]
    judged = [(j.id, j.kept, j.why) for j in decision.judged]
    assert judged == [(1, False, ""), (2, True, "why 2")]
    assert chooser.update(1, 8, [seen(1), seen(2)])[1] is None
