"""A few steps at which a run shows where its policy looks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from afil_policy.data.cache import Cache
from afil_policy.data.transforms import ObservationTransform
from afil_policy.methods.base import Method
from afil_policy.training.loggers.base import Moment

_COUNT = 4


class Showcase:
    """Steps spread over the episodes that are held out.

    Args:
        cache: The data.
        transform: What prepares observations.
        steps: Steps to choose from.
    """

    def __init__(
        self, cache: Cache, transform: ObservationTransform, steps: NDArray[np.int64]
    ) -> None:
        self._cache = cache
        self._transform = transform
        places = np.linspace(0, len(steps) - 1, min(_COUNT, len(steps)) + 2)[1:-1]
        self._steps = steps[places.astype(np.int64)]

    def of(self, method: Method, device: torch.device) -> Callable[[], list[Moment]]:
        """Makes overlays of what a method does now."""

        def moments() -> list[Moment]:
            was_training = method.training
            method.eval()
            with torch.no_grad():
                found = self._moments(method, device)
            method.train(was_training)
            return found

        return moments

    def _moments(self, method: Method, device: torch.device) -> list[Moment]:
        cache, steps = self._cache, self._steps
        history, is_real = cache.history(steps, self._transform.frames)
        images = {camera: cache.images(camera, history) for camera in cache.cameras}
        numbers = cache.proprioception[history]
        seen = self._transform.inputs(images, numbers, is_real, cache.task[steps])
        attention = method.attention(seen.to(device))
        found = []
        for camera in [c for c in attention if self._transform.stored[c].channels == 3]:
            maps = cache.targets(camera, steps) if camera in cache.saliency_cameras else None
            for row, step in enumerate(steps):
                episode = cache.episodes[step]
                name = cache.shards[episode].index.episode
                number = int(step - np.searchsorted(cache.episodes, episode))
                found.append(
                    Moment(
                        caption=f"{camera}, {name}, step {number}",
                        image=images[camera][row, -1],
                        saliency=None if maps is None else maps[row].astype(np.float32) / 255,
                        attention=attention[camera][row].float().cpu().numpy(),
                    )
                )
        return found
