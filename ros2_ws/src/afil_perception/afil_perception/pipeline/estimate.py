"""What the questions to a VLM will cost, before the first is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from afil_perception.clips.clip import Rgb
from afil_perception.pipeline.cache import StageCache
from afil_perception.pipeline.pipeline import Pipeline
from afil_perception.pipeline.state import EpisodeState
from afil_perception.vlm.meter import Use

# As long as a prompt with its schema, characters.
_PROMPT = " " * 3000


@dataclass(frozen=True)
class Estimate:
    """What a run may ask.

    Attributes:
        describe: Questions that describe an episode.
        filter: Most questions about what matters at a moment; changes of what is visible are not
            known yet.
        most: What all of them use at most, each with the longest answer.
        used: What the dataset has used so far.
    """

    describe: int
    filter: int
    most: Use
    used: Use

    def sentence(self) -> str:
        """For a person."""
        return (
            f"the VLM will be asked at most {self.most.requests} times ({self.describe} to "
            f"describe, up to {self.filter} to filter): at most {self.most.sentence()}; what "
            f"was answered before is not asked again. So far: {self.used.sentence()}"
        )


def estimate(
    states: Sequence[EpisodeState], pipeline: Pipeline, cache: StageCache
) -> Estimate | None:
    """What perceiving these episodes may cost; None where no VLM is asked that counts.

    Args:
        states: Episodes that are to be perceived.
        pipeline: How.
        cache: What stages have done.
    """
    vlm = pipeline.vlm
    used = None if vlm is None else vlm.used()
    if vlm is None or used is None:
        return None
    most = Use()
    described: set[str] = set()
    filtered = 0
    for state in states:
        first = next(iter(state.clips))
        key = state.keys[first]["describe"]
        frames = pipeline.describer.frames
        if frames and key not in described and not cache.has("describe", key):
            described.add(key)
            most += vlm.estimate(_PROMPT, [_blank(state, first)] * frames) or Use()
        if not pipeline.object_filter.asks:
            continue
        for name, clip in state.clips.items():
            if cache.has_stream("filter", state.keys[name]["filter"]):
                continue
            questions = _questions(clip.times_ns, pipeline.object_filter.min_interval_s)
            filtered += questions
            one = vlm.estimate(_PROMPT, [_blank(state, name)]) or Use()
            most += Use(
                questions * one.requests,
                questions * one.input_tokens,
                questions * one.output_tokens,
                questions * one.cost,
            )
    return Estimate(len(described), filtered, most, used)


def _questions(times_ns: Sequence[int], min_interval_s: float) -> int:
    """Most questions of a clip: one for each least interval, or for each frame."""
    if min_interval_s <= 0 or not times_ns:
        return len(times_ns)
    seconds = (times_ns[-1] - times_ns[0]) / 1e9
    return min(len(times_ns), int(seconds / min_interval_s) + 1)


def _blank(state: EpisodeState, name: str) -> Rgb:
    height, width = state.clips[name].stream.shape[:2]
    return np.broadcast_to(np.uint8(0), (height, width, 3))
