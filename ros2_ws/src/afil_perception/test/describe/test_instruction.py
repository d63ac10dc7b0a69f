import pytest

from afil_core.errors import AfilError
from afil_perception.describe import DESCRIBERS, DescribeRequest, Description


def describe(instruction: str) -> Description:
    return DESCRIBERS.select("instruction").build(None).describe(DescribeRequest(instruction))


def objects(instruction: str) -> list[tuple[str, str]]:
    return [(p.text, p.role) for p in describe(instruction).objects]


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("lift the carrot", [("carrot", "target")]),
        ("Lift the carrot.", [("carrot", "target")]),
        ("lift carrot", [("carrot", "target")]),
        ("pick up the orange plastic carrot", [("orange plastic carrot", "target")]),
        ("stop at the stop sign", [("stop sign", "target")]),
        ("turn left", None),
        (
            "pick up the red block and put it in the blue bowl",
            [("red block", "target"), ("blue bowl", "reference")],
        ),
        (
            "put the cube into the pot, then close the lid",
            [("cube", "target"), ("lid", "target"), ("pot", "reference")],
        ),
        (
            "stack the red block and the blue block",
            [("red block", "target"), ("blue block", "target")],
        ),
    ],
)
def test_noun_phrases_of_the_instruction_are_the_objects(
    instruction: str, expected: list[tuple[str, str]] | None
) -> None:
    if expected is None:
        with pytest.raises(AfilError, match="names no object"):
            objects(instruction)
    else:
        assert objects(instruction) == expected


@pytest.mark.parametrize(
    ("instruction", "plural"),
    [("lift the carrots", True), ("lift both blocks", True), ("lift the glass", False)],
)
def test_plural_phrases_may_mean_several_objects(instruction: str, plural: bool) -> None:
    assert describe(instruction).objects[0].plural is plural


def test_the_intent_is_the_instruction_itself() -> None:
    assert describe(" lift the carrot ").intent == "lift the carrot"
