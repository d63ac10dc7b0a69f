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
        filter: Questions about what matters at a moment, one for each least interval; changes of
            what is visible are not known yet.
        use: What all of them use, each with the longest answer.
        used: What the dataset has used so far.
    """

    describe: int
    filter: int
    use: Use
    used: Use

    def sentence(self) -> str:
        """For a person."""
        return (
            f"the VLM will be asked about {self.use.requests} times ({self.describe} to describe, "
            f"about {self.filter} to filter, more where what was kept is lost from sight): about "
            f"{self.use.sentence()}; what was answered before is not asked again, and vlm.budget "
            f"is what is never exceeded. So far: {self.used.sentence()}"
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
    use = Use()
    described: set[str] = set()
    filtered = 0
    for state in states:
        first = next(iter(state.clips))
        key = state.keys[first]["describe"]
        frames = pipeline.describer.frames
        if frames and key not in described and not cache.has("describe", key):
            described.add(key)
            use += vlm.estimate(_PROMPT, [_blank(state, first)] * frames) or Use()
        if not pipeline.object_filter.asks:
            continue
        for name, clip in state.clips.items():
            if cache.has_stream("filter", state.keys[name]["filter"]):
                continue
            # Not by the times of the frames: to know them is to read the whole recording.
            seconds = state.episode.metadata.duration_s
            interval_s = pipeline.object_filter.min_interval_s
            questions = _questions(len(clip), seconds, interval_s)
            filtered += questions
            one = vlm.estimate(_PROMPT, [_blank(state, name)]) or Use()
            use += Use(
                questions * one.requests,
                questions * one.input_tokens,
                questions * one.output_tokens,
                questions * one.cost,
            )
    return Estimate(len(described), filtered, use, used)


def _questions(frames: int, seconds: float, min_interval_s: float) -> int:
    """Questions of a clip: one for each least interval, or for each frame."""
    if min_interval_s <= 0:
        return frames
    return min(frames, int(seconds / min_interval_s) + 1)


def _blank(state: EpisodeState, name: str) -> Rgb:
    height, width = state.clips[name].stream.shape[:2]
    return np.broadcast_to(np.uint8(0), (height, width, 3))
