"""ros2 topic hz, bw and delay, on a node that publishes 20 messages a second."""

import contextlib
import re
import threading

import pytest


@contextlib.contextmanager
def measuring(workspace, *words: str):
    """Start ``ros2 topic ...`` and give its lines as they come, for half a minute at most."""
    process = workspace.start("topic", *words)
    end = threading.Timer(30.0, process.kill)
    end.start()
    try:
        yield iter(process.stdout.readline, "")
    finally:
        end.cancel()
        if process.poll() is None:
            workspace.interrupt(process)


def numbers(lines, pattern: str) -> list[float]:
    """Give the numbers of the first two lines that match; others, as warnings, may come first."""
    before, seen = "", []
    for line in lines:
        found = re.fullmatch(pattern, before + line)
        if found:
            return [float(text) for text in found.groups()]
        before = line
        seen.append(line)
    raise AssertionError(f"nothing matches {pattern!r}: {seen}")


HZ = r"average rate: ([\d.]+)\n\tmin: ([\d.]+)s max: ([\d.]+)s std dev: ([\d.]+)s window: 10\n"
BW = r"([\d.]+) B/s from 10 messages\n\tMessage size mean: (\d+) B min: (\d+) B max: (\d+) B\n"
DELAY = (
    r"average delay: (-?[\d.]+)\n\tmin: (-?[\d.]+)s max: ([\d.]+)s std dev: ([\d.]+)s window: 10\n"
)


def test_hz_tells_the_rate_over_a_window(workspace, talker):
    with measuring(workspace, "hz", "/demo/chatter", "--window", "10") as lines:
        rate, least, greatest, _ = numbers(lines, HZ)
        # A busy machine may delay some messages, and the next window is better then.
        while rate != pytest.approx(20.0, rel=0.2):
            rate, least, greatest, _ = numbers(lines, HZ)
    assert least - 0.001 <= 1.0 / rate <= greatest + 0.001  # printed with three decimals


def test_bw_tells_the_bandwidth_in_one_unit(workspace, talker):
    with measuring(workspace, "bw", "/demo/chatter", "--window", "10") as lines:
        assert any(line == "Subscribed to [/demo/chatter]\n" for line in lines)
        rate, mean, least, greatest = numbers(lines, BW)
        while rate != pytest.approx(20.0 * mean, rel=0.3):
            rate, mean, least, greatest = numbers(lines, BW)
    # A string of 'hello ' and a number, with its length and a header.
    assert 15 <= least <= mean <= greatest < 40


def test_delay_tells_the_age_of_stamps(workspace, talker):
    with measuring(workspace, "delay", "/demo/states", "--window", "10") as lines:
        mean, least, greatest, _ = numbers(lines, DELAY)
    assert 0.0 <= least <= mean + 0.001
    assert mean <= greatest + 0.001 < 5.0


def test_delay_of_what_has_no_header_ends_in_a_sentence(workspace, talker):
    outcome = workspace.ros2("topic", "delay", "/demo/chatter")
    assert outcome.code == 1
    assert "msg does not have header" in outcome.err


@pytest.mark.parametrize("verb", ["hz", "bw", "delay"])
def test_window_of_nothing_is_a_usage_error(workspace, verb):
    outcome = workspace.ros2("topic", verb, "/demo/chatter", "--window", "0")
    assert outcome.code == 2
    assert "value must be a positive integer" in outcome.err
