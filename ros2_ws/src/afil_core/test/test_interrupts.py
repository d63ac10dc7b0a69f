"""When Ctrl-C raises, and when it does not."""

from __future__ import annotations

import signal
import time

import pytest

from afil_core.interrupts import ending_with_its_context, interrupts_raised_only_here


@pytest.fixture(autouse=True)
def _restored():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_a_node_starts_raises():
    with pytest.raises(KeyboardInterrupt), interrupts_raised_only_here():
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_in_the_middle_of_a_callback_lets_it_end():
    with interrupts_raised_only_here():
        pass
    done = []
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    done.append("callback")
    assert done == ["callback"]


def test_ros_shuts_its_context_down_on_ctrl_c_and_nothing_raises():
    rclpy = pytest.importorskip("rclpy")
    with interrupts_raised_only_here():
        rclpy.init(args=[])
    try:
        assert rclpy.ok()
        signal.raise_signal(signal.SIGINT)
        end = time.monotonic() + 5.0
        while rclpy.ok() and time.monotonic() < end:
            time.sleep(0.01)
        assert not rclpy.ok()
    finally:
        rclpy.try_shutdown()


class OverError(Exception):
    """Stands for ExternalShutdownException."""


@pytest.mark.parametrize("error", [OverError(), RuntimeError("the context is not valid")])
def test_errors_of_a_context_that_was_shut_down_end_quietly(error):
    with ending_with_its_context(lambda: False, OverError):
        raise error


def test_errors_while_the_context_lives_come_out():
    with (
        pytest.raises(RuntimeError, match="real"),
        ending_with_its_context(lambda: True, OverError),
    ):
        raise RuntimeError("a real one")


def test_errors_of_the_disk_come_out_even_after_the_shutdown():
    with pytest.raises(OSError), ending_with_its_context(lambda: False, OverError):
        raise OSError("no space left")
