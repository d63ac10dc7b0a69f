from __future__ import annotations

import pytest

from benchmarks.train_load import Slower, alternating


def test_who_is_first_changes_from_round_to_round() -> None:
    order: list[str] = []

    def run(name: str) -> int:
        order.append(name)
        return 1

    runs = {name: lambda name=name: run(name) for name in ("bc", "autofocus")}
    found = alternating(runs, 3, clock=iter(range(100)).__next__)
    assert order == ["autofocus", "bc", "bc", "autofocus", "autofocus", "bc"]
    assert found == {"bc": [1.0] * 3, "autofocus": [1.0] * 3}


def test_slower_is_the_median_of_ratios_with_its_interval() -> None:
    # Each round on a machine that is as fast as others let it be.
    pace = [1.0 + 0.1 * k for k in range(60)]
    ratios = [1.00 + 0.001 * k for k in range(60)]
    found = {"bc": pace, "autofocus": [p * r for p, r in zip(pace, ratios, strict=True)]}
    slower = Slower.of(found, "autofocus", than="bc")
    assert slower.median == pytest.approx(2.95)
    # The 23rd and the 38th of 60 values: 95 % of the binomial distribution of half of them.
    assert (slower.lower, slower.upper) == pytest.approx((2.2, 3.7))
