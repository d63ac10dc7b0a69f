"""Node parameters: what is taken, and what is refused in a sentence."""

from __future__ import annotations

import pytest

from afil_core.errors import AfilError
from afil_sim.parameters import Parameters


def given(value: object) -> Parameters:
    return Parameters(lambda name, default: default if value is None else value)


def test_defaults_stand_when_nothing_is_given():
    assert given(None).text("robot", "franka") == "franka"
    assert given(None).number("noise", 0.5) == 0.5
    assert given(None).integer("first_seed", 3) == 3
    assert given(None).switch("auto_reset", True) is True


def test_an_integer_will_do_for_a_number():
    assert given(1).number("noise", 0.0) == 1.0


@pytest.mark.parametrize(
    ("kind", "default", "value"),
    [
        ("text", "franka", 3),
        ("number", 0.0, "much"),
        ("number", 0.0, True),
        ("integer", 0, 1.5),
        ("integer", 0, True),
        ("switch", False, "maybe"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(kind, default, value):
    with pytest.raises(AfilError, match="parameter thing must be"):
        getattr(given(value), kind)("thing", default)
