import pytest

from afil_perception.describe import Phrase
from afil_perception.describe.canonical import canonical, canonical_phrases, singular


@pytest.mark.parametrize(
    ("written", "phrase", "plural"),
    [
        ("The orange carrot.", "orange carrot", False),
        ("Vehicles", "car", True),
        ("vehicle", "car", False),
        ("traffic_signal", "traffic light", False),
        ("Traffic Lights", "traffic light", True),
        ("a bus", "bus", False),
        ("two glasses", "two glasses", False),
        ("Cherries", "cherry", True),
        ("boxes", "box", True),
        ("pedestrians, crossing", "pedestrians crossing", False),
        ("people", "person", True),
        ("a grey mug", "gray mug", False),
        ("orange carot", "orange carrot", False),
        ("strawbrery", "strawberry", False),
        ("a red cup in the top left corner of the table", "red cup", False),
        ("the small cubes that are lying beside the blue bowl", "small cube", True),
        (
            "very large shiny light blue plastic kitchen bowl",
            "shiny light blue plastic kitchen bowl",
            False,
        ),
        ("carrot on the plate", "carrot on plate", False),
        ("tablet", "tablet", False),
        ("Jalapeño", "jalapeno", False),
        ("die weißen Möhren", "die weissen mohren", False),
        ("oven's door", "oven's door", False),
        ("oven\u2019s door", "oven's door", False),
        ("compass", "compass", False),
        ("...", "", False),
        ("the", "", False),
    ],
)
def test_one_phrase_for_one_thing(written: str, phrase: str, plural: bool) -> None:
    spellings = ["carrot", "carrots", "table", "strawberry"]
    assert canonical(written, spellings) == (phrase, plural)


@pytest.mark.parametrize(
    ("noun", "one"),
    [
        ("buses", "bus"),
        ("knives", "knife"),
        ("bus", "bus"),
        ("gas", "gas"),
        ("potatoes", "potato"),
        ("shoes", "shoe"),
        ("cookies", "cookie"),
        ("clothes", "clothes"),
        ("tweezers", "tweezers"),
        ("canvas", "canvas"),
        ("lenses", "lens"),
    ],
)
def test_singulars(noun: str, one: str) -> None:
    assert singular(noun) == one


def named(*texts: str) -> list[Phrase]:
    return [Phrase(text=text, role="target") for text in texts]


def test_the_same_thing_is_looked_for_once_and_may_then_be_several() -> None:
    found = canonical_phrases(named("Vehicles", "traffic light", "car", "Traffic signals"), "go")
    assert [(p.text, p.plural) for p in found] == [("car", True), ("traffic light", True)]


def test_different_things_stay_different() -> None:
    texts = ("left drawer", "right drawer", "red block", "red clock", "blue block")
    assert [p.text for p in canonical_phrases(named(*texts), "sort")] == list(texts)


def test_the_robot_is_not_looked_for() -> None:
    texts = (
        "gripper", "robotic arm", "ego vehicle", "robot", "toy robot", "pot", "end-effector",
        "black end effector", "mechanical arm",
    )  # fmt: skip
    assert [p.text for p in canonical_phrases(named(*texts), "go")] == ["toy robot", "pot"]
