"""The growth of a recorder's memory is that of what stays."""

import os

import numpy as np
import pytest

from benchmarks.record_memory import MemorySamples, private_mb


def samples(grows_mb_min=0.0, stalls=(), minutes=10):
    """Memory that waves by 30 MB, with stalls of a minute that cost 200 MB."""
    found = MemorySamples()
    for t in np.arange(0, 60 * minutes, 0.5):
        wave = 15 + 15 * np.sin(t / 7)
        waits = 200.0 if any(at <= t < at + 60 for at in stalls) else 0.0
        start = 80 * np.exp(-t / 5)
        found.add(float(t), 160 - start + wave + waits + grows_mb_min * t / 60)
    return found


@pytest.mark.parametrize("stalls", [(), (100,), (300,), (120, 420), (540,)])
def test_what_comes_and_goes_is_no_growth_and_hides_none(stalls):
    assert abs(samples(stalls=stalls).growth_mb) < 1.0
    assert samples(1.0, stalls).growth_mb == pytest.approx(10.0, abs=1.0)


def test_least_and_most_are_after_the_warm_up():
    found = samples(stalls=(300,))
    assert found.least_mb == pytest.approx(160, abs=1)
    assert found.most_mb == pytest.approx(390, abs=1)


def test_memory_that_is_held_is_seen():
    before = private_mb(os.getpid())
    held = bytearray(os.urandom(20_000_000))
    assert private_mb(os.getpid()) - before > 15 and held
