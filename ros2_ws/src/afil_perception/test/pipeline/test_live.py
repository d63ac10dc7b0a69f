"""What the live node says of itself."""

import importlib.util
import json
import threading
import time
from pathlib import Path

import pytest

from afil_core.contract import load_contract
from afil_core.schema import parse
from afil_perception.clips.live import LiveClip
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.live import LivePerception
from afil_perception.pipeline.pipeline import Pipeline

_SPEC = importlib.util.spec_from_file_location(
    "vlm_conftest", Path(__file__).parents[1] / "vlm" / "conftest.py"
)
_CONFTEST = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_CONFTEST)
server = _CONFTEST.server

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


def answers(handler) -> None:
    """Names the ball, keeps it, and misses something red."""
    wanted = handler.server.bodies[-1]["response_format"]["json_schema"]["name"]
    said = {"intent": "it", "objects": [{"phrase": "orange ball"}]}
    if wanted == "Kept":
        said = {"keep": [{"number": 1}], "missing": ["red ball"]}
    handler.send(200, _CONFTEST.completion(json.dumps(said)))


def test_what_a_vlm_misses_takes_no_live_frame_away(draw, server) -> None:
    server.script = [answers]
    vlm = f"{{name: openai, model: tiny, base_url: '{server.url}'}}"
    config = parse(PerceptionConfig, f"{{vlm: {vlm}, detector: color, tracker: iou}}", "")
    stream = load_contract("franka").images[0]
    clip = LiveClip(stream, 10)
    seen: list[int] = []
    perception = LivePerception(
        Pipeline(config),
        clip,
        "lift the orange ball",
        "manipulation",
        lambda frame: seen.append(frame.stamp_ns),
        lambda: 0,
    )
    thread = threading.Thread(target=perception.run)
    thread.start()
    image = draw([(60, 60, 9, (255, 130, 10)), (100, 30, 9, (200, 20, 20))], stream.shape[:2])
    stamps = [1_000_000_000 + k * 50_000_000 for k in range(8)]
    deadline = time.monotonic() + 20
    for stamp_ns in stamps:
        clip.push(stream.encode(image, stamp_ns))
        while len(seen) < stamps.index(stamp_ns) + 1 and time.monotonic() < deadline:
            time.sleep(0.01)
    clip.close()
    thread.join()
    assert seen == stamps
    assert [b["response_format"]["json_schema"]["name"] for b in server.bodies] == [
        "NamedObjects",
        "Kept",
    ]


def test_who_ends_waits_for_no_vlm(draw, server) -> None:
    server.script = [_CONFTEST.Steps.sleeps(20)]
    vlm = f"{{name: openai, model: tiny, timeout_s: 30, base_url: '{server.url}'}}"
    config = parse(PerceptionConfig, f"{{vlm: {vlm}, detector: color, tracker: iou}}", "")
    stream = load_contract("franka").images[0]
    clip = LiveClip(stream, 10)
    perception = LivePerception(
        Pipeline(config), clip, "lift the ball", "manipulation", lambda _: None, lambda: 0
    )
    thread = threading.Thread(target=perception.run)
    thread.start()
    clip.push(stream.encode(draw([], stream.shape[:2]), 1_000_000_000))
    while not server.bodies:
        time.sleep(0.01)
    perception.end()
    thread.join(5)
    assert not thread.is_alive() and not perception.failed
