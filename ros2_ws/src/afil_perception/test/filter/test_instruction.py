import numpy as np
import pytest

from afil_core.saliency import KeyObject
from afil_perception.describe import Description, Phrase
from afil_perception.filter import FILTERS, FilterRequest

TASK = Description(
    intent="put the carrot in the pot",
    objects=(Phrase(text="carrot", role="target"), Phrase(text="pot", role="reference")),
)


def seen(number: int, phrase: str = "carrot", score: float = 0.8, x: float = 0.0) -> KeyObject:
    return KeyObject(number, phrase, score, (x, 0.0, x + 10.0, 10.0))


@pytest.fixture
def keep(clip_of):
    clip = clip_of([np.zeros((4, 4, 3), np.uint8)])
    backend = FILTERS.select("instruction").build(None)

    def ask(*candidates: KeyObject, before: frozenset[int] = frozenset()) -> list[int]:
        return list(backend.keep(FilterRequest(clip, 0, TASK, candidates, before)).ids)

    return ask


def test_the_target_of_the_instruction_comes_before_what_it_mentions(keep) -> None:
    assert keep(seen(1, "pot", 0.9, x=20), seen(2, "carrot", 0.5)) == [2, 1]


def test_one_thing_that_two_phrases_find_is_kept_once_and_makes_room_for_another(keep) -> None:
    same, beside = seen(1, "pot", 0.9), seen(3, "pot", 0.5, x=6)
    assert keep(same, seen(2, "carrot")) == [2]
    assert keep(same, seen(2, "carrot"), beside) == [2, 3]


def test_a_singular_phrase_keeps_its_best_candidate_only(keep) -> None:
    assert keep(seen(1, score=0.5), seen(2, score=0.8)) == [2]


def test_a_slightly_better_newcomer_does_not_displace_a_kept_object(keep) -> None:
    assert keep(seen(1, score=0.7), seen(2, score=0.75), before=frozenset({1})) == [1]
    assert keep(seen(1, score=0.4), seen(2, score=0.9), before=frozenset({1})) == [2]
