from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch

from afil_core import schema
from afil_core.errors import AfilError
from afil_policy.data.normalization import Normalizer, fit_actions, fit_inputs

VALUES = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
NAMES = ("a", "b")


@pytest.mark.parametrize("kind", ["mean_std", "min_max", "quantile"])
def test_action_normalization_is_undone_exactly_enough(kind: str) -> None:
    normalizer = fit_actions(VALUES, NAMES, kind)
    normal = normalizer.apply(torch.from_numpy(VALUES))
    torch.testing.assert_close(normalizer.invert(normal), torch.from_numpy(VALUES))
    if kind == "min_max":
        assert float(normal.abs().max()) == pytest.approx(1.0)
    written = json.dumps(schema.to_plain(normalizer))
    assert schema.parse(Normalizer, written, "x") == normalizer


def test_quantiles_come_to_one_and_a_glitch_does_not_squeeze_the_rest() -> None:
    values = np.linspace(0.0, 10.0, 1001, dtype=np.float32)[:, None]
    normalizer = fit_actions(values, NAMES[:1], "quantile")
    assert (normalizer.shift[0], normalizer.scale[0]) == pytest.approx((5.0, 4.9), abs=1e-5)
    values[500] = 1e6
    assert fit_actions(values, NAMES[:1], "quantile").scale[0] == pytest.approx(4.9, abs=0.02)


@pytest.mark.parametrize("fit", [fit_actions, fit_inputs])
def test_what_is_seldom_on_is_between_minus_one_and_one(fit: Callable[..., Normalizer]) -> None:
    values = np.zeros((1000, 2), np.float32)
    values[:5, 1], values[:, 0] = 1.0, np.linspace(-1.0, 1.0, 1000)
    normalizer = fit(values, NAMES, "quantile")
    normal = normalizer.apply(torch.from_numpy(values))
    assert normal[:, 1].unique().tolist() == [-1.0, 1.0]
    assert normalizer.scale[0] == pytest.approx(0.98, abs=1e-3)


@pytest.mark.parametrize("kind", ["mean_std", "min_max", "quantile"])
def test_an_action_that_never_moved_is_not_drifted_into(kind: str) -> None:
    values = VALUES.copy()
    values[:, 1] = 0.0
    wrong = torch.full((1, 2), 0.5)
    assert abs(float(fit_actions(values, NAMES, kind).invert(wrong)[0, 1])) < 1e-3


def test_an_input_that_never_moved_is_not_blown_up_when_it_does() -> None:
    values = VALUES.copy()
    values[:, 1] = 0.3
    moved = torch.tensor([[0.0, 0.31]])
    assert abs(float(fit_inputs(values, NAMES).apply(moved)[0, 1])) < 0.1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"names": ["a"], "shift": [0.0], "scale": [0.0]}', r"x: scale\[0\] must be above 0"),
        ('{"names": ["a"], "shift": [0.0]}', "x: scale is missing"),
        ('{"names": ["a"], "shift": [0.0, 1.0], "scale": [1.0]}', "as many names as shifts"),
        ('{"names": ["a"], "shift": [.inf], "scale": [1.0]}', "finite"),
    ],
)
def test_damaged_statistics_are_refused(text: str, words: str) -> None:
    with pytest.raises(AfilError, match=words):
        schema.parse(Normalizer, text, "x")
