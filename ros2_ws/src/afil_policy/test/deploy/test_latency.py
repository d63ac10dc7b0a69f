from __future__ import annotations

from afil_policy.deploy.latency import LatencyMonitor


def test_latency_percentiles_come_from_the_window_alone() -> None:
    monitor = LatencyMonitor(window=100)
    assert monitor.summary() is None
    for value in [99.0] * 50 + list(range(101)):
        monitor.add(float(value))
    summary = monitor.summary()
    assert summary is not None
    assert (summary.p50_s, summary.count) == (50.5, 100)
