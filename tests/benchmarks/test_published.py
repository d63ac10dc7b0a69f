"""The papers' headline numbers follow from their tables."""

from __future__ import annotations

import pytest

from benchmarks.published import main, relative_gain, success_gain


def test_the_score_table_gives_the_104_percent_of_the_paper() -> None:
    assert relative_gain("autofocus") == pytest.approx(104.3, abs=0.05)


def test_every_published_gain_follows_from_its_row() -> None:
    said = {
        "gmd": -4.2,
        "visarl": 14.0,
        "gril": 52.0,
        "agil": 74.8,
        "gabril+gmd": 32.8,
        "gabril": 56.6,
        "bc": 0.0,
    }
    for method, gain in said.items():
        assert relative_gain(method) == pytest.approx(gain, abs=0.05), method


def test_the_arms_table_gives_50_points() -> None:
    assert success_gain() == 50.0


def test_the_script_prints_both(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    printed = capsys.readouterr().out
    assert "+104.3 %" in printed
    assert "+50 points" in printed
