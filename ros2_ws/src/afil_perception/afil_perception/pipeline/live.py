"""Perception of a live camera, and what its node says of itself."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

import numpy as np
from pydantic import Field

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.saliency.provenance import backends_sentence
from afil_core.schema import Schema
from afil_perception.clips.live import LiveClip
from afil_perception.clips.scene import Scene
from afil_perception.filter.segments import Context
from afil_perception.pipeline.frames import LostFrame
from afil_perception.pipeline.maps import PerceivedFrame
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.vlm.vlm import RunEndedError

STATUS_TYPE: Final = "afil_interfaces/msg/PerceptionStatus"
_STATISTICS_TYPE: Final = "afil_interfaces/msg/LatencyStatistics"
_SAMPLES = 200
# A stamp that is further away is of another clock.
_ANOTHER_CLOCK_S = 3600.0
_ANOTHER_CLOCK = (
    "images are stamped by another clock, as in a bag that is played, so how far behind their "
    "stamps the answers are is not known; play it with --clock and set use_sim_time:=true"
)


class LiveParameters(Schema):
    """What live_node is told."""

    robot: str = Field("franka", min_length=1, description="Contract: a robot's name, or a file")
    stream: str = Field("", description="Image stream of the contract; empty for its anchor")
    instruction: str = Field("", description="The task in words: 'lift the carrot'")
    config: str = Field("", description="Perception configuration (YAML); empty for the defaults")
    max_waiting: int = Field(
        2,
        ge=1,
        description="Frames that may wait; older ones are skipped, so that the lag is short",
    )


class LivePerception:
    """Perceives the frames of a live clip, on the thread that calls :meth:`run`.

    Args:
        pipeline: What perceives.
        clip: The frames.
        instruction: The task in words.
        scene: Whether something is driven or handled.
        sink: Gets every frame's result; called on that thread.
        now_ns: The node's clock.

    Attributes:
        problem: Why nothing is answered, or the lag is not known; empty while all is well.
        failed: Whether it has ended because of that.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        clip: LiveClip,
        instruction: str,
        scene: Scene,
        sink: Callable[[PerceivedFrame], None],
        now_ns: Callable[[], int],
    ) -> None:
        self._pipeline = pipeline
        self._clip = clip
        self._instruction = instruction
        self._scene = scene
        self._sink = sink
        self._now_ns = now_ns
        self._phrases: list[str] = []
        self._perceived = 0
        self._objects = 0
        self._lags: deque[float] = deque(maxlen=_SAMPLES)
        self._waits: deque[float] = deque(maxlen=_SAMPLES)
        self.problem = ""
        self.failed = False

    def run(self) -> None:
        """Perceive until :meth:`end` is called, or something fails for good."""
        try:
            self._run()
        except RunEndedError:
            return
        except AfilError as error:
            self.problem, self.failed = str(error), True

    def end(self) -> None:
        """Let :meth:`run` end: it waits for no frame and no VLM any more."""
        self._clip.close()
        self._pipeline.stop()

    def _run(self) -> None:
        plan = self._pipeline.plan(self._instruction, self._clip, "", self._scene)
        self._phrases = [p.text for p in plan.description.objects]
        config = self._pipeline.config.saliency
        saliency = config.for_scene(driving=self._scene == "driving")
        keys = dict.fromkeys(("describe", "instances", "filter", "saliency"), "")
        context = Context(scene=self._scene)
        frames = self._pipeline.run(self._clip, plan.description, keys, saliency, context)
        with closing(frames):
            for frame in frames:
                if isinstance(frame, LostFrame):
                    self.problem = frame.loss.text
                    continue
                self._sink(frame)
                self._perceived += 1
                self._objects = len(frame.objects)
                lag = (self._now_ns() - frame.stamp_ns) / 1e9
                is_known = abs(lag) < _ANOTHER_CLOCK_S
                self.problem = "" if is_known else _ANOTHER_CLOCK
                if is_known:
                    self._lags.append(lag)
                self._waits.append(time.monotonic() - self._clip.arrived_s(frame.index))

    def status(self) -> Any:
        """``afil_interfaces/msg/PerceptionStatus``."""
        stamp = messages.ns_to_stamp(self._now_ns())
        return messages.new(
            STATUS_TYPE,
            stamp=stamp,
            image_topic=self._clip.stream.topic,
            instruction=self._instruction,
            phrases=list(self._phrases),
            backends=backends_sentence(self._pipeline.backends, self._pipeline.stand_ins),
            frames=self._clip.arrived,
            perceived=self._perceived,
            skipped=self._clip.skipped,
            objects=self._objects,
            problem=self.problem,
            stamp_to_result=_statistics(self._lags),
            frame_to_result=_statistics(self._waits),
        )


def _statistics(seconds: deque[float]) -> Any:
    # A copy: the other thread may add to it meanwhile.
    known = np.array(seconds.copy())
    if not known.size:
        return messages.new(_STATISTICS_TYPE)
    p50, p95, p99 = (float(v) for v in np.percentile(known, [50, 95, 99]))
    return messages.new(_STATISTICS_TYPE, count=int(known.size), p50=p50, p95=p95, p99=p99)
