"""What the live node says of itself."""

import threading

import pytest

from afil_core.contract import load_contract
from afil_core.schema import parse
from afil_perception.clips.live import LiveClip
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.live import LivePerception
from afil_perception.pipeline.pipeline import Pipeline

YEAR_NS = 365 * 24 * 3600 * 1_000_000_000


@pytest.mark.parametrize(("ahead_ns", "lags"), [(50_000_000, 1), (YEAR_NS, 0)])
def test_a_lag_to_another_clock_is_no_lag(draw, ahead_ns: int, lags: int) -> None:
    stream = load_contract("franka").images[0]
    clip = LiveClip(stream, 2)
    stamp_ns = 1_000_000_000
    answered = threading.Event()
    perception = LivePerception(
        Pipeline(parse(PerceptionConfig, "{detector: color, tracker: iou}", "")),
        clip,
        "lift the orange ball",
        "manipulation",
        lambda _: answered.set(),
        lambda: stamp_ns + ahead_ns,
    )
    thread = threading.Thread(target=perception.run)
    thread.start()
    image = draw([(60, 60, 9, (255, 130, 10))], stream.shape[:2])
    clip.push(stream.encode(image, stamp_ns))
    assert answered.wait(30)
    clip.close()
    thread.join()
    status = perception.status()
    assert (status.stamp_to_result.count, status.frame_to_result.count) == (lags, 1)
    assert ("another clock" in status.problem) == (not lags)
