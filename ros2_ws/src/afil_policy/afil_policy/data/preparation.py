"""From what a robot sends to what is kept of it: sizes and encodings; knows no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_policy.data.cameras import stored_camera
from afil_policy.data.config import DataConfig


class Preparation:
    """Raw observations to integers of images and numbers of proprioception.

    Images are resized. Poses become position and the first two columns of the rotation matrix
    (Zhou et al., "On the Continuity of Rotation Representations in Neural Networks", CVPR 2019):
    a quaternion and its negative are the same rotation and must not look different. The rest is
    taken as it is.

    Args:
        config: Which streams, which size.
        contract: The robot's contract.

    Attributes:
        cameras: Names of the cameras, in order.
        stored: How the frames of each are kept.
        size: Height and width of images at the network, pixels.
        streams: Names of all streams, cameras first.
        labels: What each number of a frame's proprioception is, e.g. ``ee_pose.x``.

    Raises:
        AfilError: When the contract lacks one of the streams.
    """

    def __init__(self, config: DataConfig, contract: Contract) -> None:
        self.cameras, names = config.streams(contract)
        self.size = (config.height, config.width)
        self.stored = {
            name: stored_camera(contract, name, self.size, config.depth_range_m)
            for name in self.cameras
        }
        self.streams = (*self.cameras, *names)
        self._streams = [contract.stream(name) for name in names]
        self.labels = tuple(f"{s.name}.{label}" for s in self._streams for label in s.labels)

    def images(self, observations: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The frames at network resolution by camera: [H, W, C], uint8 or for depth uint16."""
        return {name: camera.store(observations[name]) for name, camera in self.stored.items()}

    def proprioception(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The encoded proprioception, not normalized, float32 [P]; P may be 0."""
        parts = [s.features(observations[s.name]) for s in self._streams]
        return np.concatenate([np.zeros(0), *parts]).astype(np.float32)
