import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_core.saliency import box_center
from afil_perception.describe import Phrase
from afil_perception.detect import DETECTORS, Detection
from afil_perception.detect.color import ColorDetector
from afil_perception.detect.lexicon import colors_of, shipped_colors

ORANGE, RED, GREEN, YELLOW = (255, 130, 10), (200, 20, 20), (20, 140, 40), (230, 210, 20)
CARROT = Phrase(text="carrot", role="target")


def detect(image: np.ndarray, phrase: Phrase) -> list[Detection]:
    (found,) = ColorDetector(ColorDetector.Config()).detect([image], [phrase])
    return found


@pytest.mark.parametrize(
    ("phrase", "color"),
    [
        ("carrot", "orange"),
        ("carrots", "orange"),
        ("tomatoes", "red"),
        ("stop sign", "red"),
        ("small plastic carrot", "orange"),
        ("purple carrot", "purple"),
        ("orange", "orange"),
        ("gray cube", "gray"),
        ("gizmo", None),
        ("sign", None),
    ],
)
def test_a_said_color_counts_before_the_typical_one(phrase: str, color: str | None) -> None:
    assert colors_of(phrase, shipped_colors()) == ((color,) if color else ())


def test_a_configuration_adds_typical_colors_and_changes_known_ones(draw) -> None:
    image = draw([(50, 60, 8, ORANGE), (110, 60, 8, GREEN)])
    own = {"Gizmo": "orange", "carrot": "green"}
    detector = DETECTORS.select("color", typical_colors=own).build()
    gizmo = Phrase(text="gizmo", role="target")
    (found,) = detector.detect([image], [gizmo, CARROT])
    assert [(d.phrase, box_center(d.box)) for d in found] == [
        ("gizmo", (50.5, 60.5)),
        ("carrot", (110.5, 60.5)),
    ]


def test_a_thing_may_have_any_of_some_colors(draw) -> None:
    image = draw([(40, 60, 8, RED), (110, 60, 9, YELLOW), (75, 20, 8, GREEN)])
    detector = DETECTORS.select("color", typical_colors={"Car": ["red", "yellow"]}).build()
    car = Phrase(text="car", role="target", plural=True)
    (found,) = detector.detect([image], [car])
    assert sorted(box_center(d.box) for d in found) == [(40.5, 60.5), (110.5, 60.5)]
    (one,) = detector.detect([image], [Phrase(text="red car", role="target")])
    assert [box_center(d.box) for d in one] == [(40.5, 60.5)]


def test_a_synonym_of_a_color_is_its_palette_name() -> None:
    config = DETECTORS.select("color", typical_colors={"mug": "Grey"}).config
    assert config.typical_colors == {"mug": ("gray",)}


def test_an_unknown_color_in_the_configuration_is_refused_by_key() -> None:
    with pytest.raises(
        AfilError, match=r"typical_colors\.mug\[0\] is 'blurple', which is no known"
    ):
        DETECTORS.select("color", typical_colors={"mug": "blurple"})


def test_the_former_name_answers_with_the_present_one() -> None:
    with pytest.raises(AfilError, match="detector 'colour' is called 'color' now; rename it"):
        DETECTORS.get("colour")


def test_each_image_of_a_batch_has_its_own_answer(draw) -> None:
    images = [draw([(50, 60, 8, ORANGE)]), draw([]), draw([(90, 60, 8, ORANGE)])]
    found = ColorDetector(ColorDetector.Config()).detect(images, [CARROT])
    assert [[box_center(d.box) for d in one] for one in found] == [
        [(50.5, 60.5)],
        [],
        [(90.5, 60.5)],
    ]


def test_a_phrase_without_a_color_is_a_problem_said_in_a_sentence() -> None:
    detector = ColorDetector(ColorDetector.Config())
    queries = [CARROT, Phrase(text="gizmo", role="target")]
    problems = detector.problems(queries)
    assert list(problems) == ["gizmo"]
    assert "'gizmo'" in problems["gizmo"] and "typical_colors" in problems["gizmo"]


def test_the_object_is_found_among_others_of_other_colors(draw) -> None:
    image = draw([(50, 60, 8, ORANGE), (80, 60, 8, RED), (110, 60, 8, YELLOW), (50, 90, 8, GREEN)])
    found = detect(image, CARROT)
    assert [d.phrase for d in found] == ["carrot"]
    assert found[0].box == (42.0, 52.0, 59.0, 69.0)
    assert 0.7 < found[0].score <= 1.0


def test_nothing_is_found_where_the_color_is_not(draw) -> None:
    image = draw([(80, 60, 8, RED), (110, 60, 8, YELLOW)])
    assert detect(image, CARROT) == []


def test_specks_and_backgrounds_are_no_objects(draw) -> None:
    assert detect(draw([(50, 60, 1, ORANGE)]), CARROT) == []
    assert detect(np.full((120, 160, 3), ORANGE, np.uint8), CARROT) == []


def test_a_finger_in_front_does_not_cut_the_object_in_two(draw) -> None:
    image = draw([(60, 60, 12, ORANGE)])
    image[30:90, 57:63] = (10, 10, 10)
    found = detect(image, CARROT)
    assert len(found) == 1
    assert np.hypot(*np.subtract(box_center(found[0].box), (60.5, 60.5))) < 1.5


def test_several_objects_stay_apart_for_a_plural_phrase(draw) -> None:
    image = draw([(60, 60, 8, ORANGE), (80, 60, 8, ORANGE)])
    carrots = Phrase(text="carrots", role="target", plural=True)
    assert len(detect(image, carrots)) == 2


def test_the_detection_scales_with_the_image(draw) -> None:
    small = detect(draw([(50, 60, 8, ORANGE)]), CARROT)
    large_image = draw([(50, 60, 8, ORANGE)]).repeat(3, axis=0).repeat(3, axis=1)
    large = detect(large_image, CARROT)
    assert large[0].box == tuple(3 * v for v in small[0].box)
    assert large[0].score == pytest.approx(small[0].score, abs=0.05)


@pytest.mark.parametrize("shade", [0.55, 0.75, 1.0])
def test_dim_light_does_not_hide_the_object(draw, shade: float) -> None:
    image = (draw([(50, 60, 8, ORANGE)]) * shade).astype(np.uint8)
    assert len(detect(image, CARROT)) == 1
