import numpy as np
import pytest

from afil_perception.detect import Detection
from afil_perception.track.instances import Instances, mask_box
from afil_perception.track.segmenter import Segment

SIZE = (60, 120)


def at(x: float, phrase: str = "cube", score: float = 0.8) -> Detection:
    return Detection(phrase, score, (x, 10.0, x + 20, 30.0))


def mask(x: int, width: int = 20) -> np.ndarray:
    made = np.zeros(SIZE, bool)
    made[10:30, x : x + width] = True
    return made


@pytest.fixture
def instances() -> Instances:
    return Instances(match_iou=0.2, agree_iou=0.5, max_gap=5, min_score=0.5)


def begin(instances: Instances, *found: Detection) -> None:
    prompts = instances.prompts(0, found)
    instances.update(0, [Segment(p.id, mask(int(p.box[0])), 0.9) for p in prompts])


def test_a_detection_becomes_a_box_prompt_and_then_a_mask_prompt(instances) -> None:
    (prompt,) = instances.prompts(0, [at(10)])
    assert (prompt.id, prompt.box) == (1, (10.0, 10.0, 30.0, 30.0))
    instances.update(0, [Segment(1, mask(10), 0.9)])
    (prompt,) = instances.prompts(1, [])
    assert prompt.box is None and prompt.mask.sum() == 400


def test_agreement_is_no_surprise_and_anything_else_is(instances) -> None:
    begin(instances, at(10))
    assert not instances.surprised([]) and not instances.surprised([at(12)])
    assert instances.surprised([at(20)])  # astray
    assert instances.surprised([at(80)])  # new
    assert instances.surprised([at(10, "pot")])  # another phrase


def test_a_mask_that_went_astray_is_prompted_by_the_box(instances) -> None:
    begin(instances, at(10))
    (prompt,) = instances.prompts(1, [at(20)])
    assert prompt.id == 1 and prompt.box == (20.0, 10.0, 40.0, 30.0)


def test_scores_are_those_of_the_last_detection(instances) -> None:
    begin(instances, at(10, score=0.8))
    instances.prompts(1, [at(11, score=0.6)])
    assert [o.score for o in instances.objects()] == [0.6]


def test_a_segment_that_is_not_there_is_lost_and_found_again_near_by(instances) -> None:
    begin(instances, at(10), at(80))
    instances.update(1, [Segment(1, mask(10), 0.1), Segment(2, mask(80), 0.9)])
    assert [o.id for o in instances.objects()] == [2]
    assert [p.id for p in instances.prompts(2, [at(30), at(80)])] == [1, 2]


def test_an_empty_mask_is_lost_whatever_its_score(instances) -> None:
    begin(instances, at(10))
    instances.update(1, [Segment(1, np.zeros(SIZE, bool), 0.9)])
    assert instances.objects() == []


def test_what_is_far_from_where_it_was_lost_is_new(instances) -> None:
    begin(instances, at(0))
    instances.update(1, [Segment(1, mask(0), 0.0)])
    assert [p.id for p in instances.prompts(2, [at(95)])] == [2]


def test_two_that_have_become_one_are_the_older(instances) -> None:
    begin(instances, at(10), at(80))
    instances.update(1, [Segment(1, mask(10), 0.9), Segment(2, mask(12), 0.9)])
    assert [o.id for o in instances.objects()] == [1]


def test_the_box_around_a_mask_covers_its_pixels() -> None:
    assert mask_box(mask(10)) == (10, 10, 30, 30)
    assert mask_box(np.zeros(SIZE, bool)) is None
    one = np.zeros(SIZE, bool)
    one[59, 119] = True
    assert mask_box(one) == (119, 59, 120, 60)
