from __future__ import annotations

from afil_policy.deploy.latency import LatencyMonitor, Stages


def test_latency_percentiles_come_from_the_window_alone() -> None:
    monitor = LatencyMonitor(window=100)
    assert monitor.summary() is None
    for value in [99.0] * 50 + list(range(101)):
        monitor.add(float(value))
    summary = monitor.summary()
    assert summary is not None
    assert (summary.p50_s, summary.count) == (50.5, 100)


def test_overhead_is_all_of_one_command_but_its_network() -> None:
    stages = Stages()
    stages.decided(7, age=0.5, queue=0.001, prepare=0.002, inference=0.1)
    stages.sent(0.004, 7, 0.2)
    found = stages.summaries()["overhead"]
    assert found is not None
    assert (found.count, round(found.p50_s, 6)) == (1, 0.007)


def test_a_command_of_an_older_tick_has_no_overhead() -> None:
    stages = Stages()
    stages.decided(7, age=0.5, queue=0.001, prepare=0.002, inference=0.1)
    stages.sent(0.004, 8, 0.2)  # Its inference still runs: the command is of the chunk before.
    stages.sent(0.004, None, 0.0)
    found = stages.summaries()
    assert found["overhead"] is None
    assert found["publish"] is not None and found["publish"].count == 2
    assert found["total"] is not None and found["total"].count == 1
