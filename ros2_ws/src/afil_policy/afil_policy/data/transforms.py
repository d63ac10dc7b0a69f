"""What happens to observations before the network.

Training and deployment call the same functions in the same order, so a policy sees the same
bits when it acts as when it learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from afil_core.contract import Contract
from afil_core.imaging import resize
from afil_policy.data.batch import Observation
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import Normalizer


class ObservationTransform:
    """Raw observations to network inputs.

    Images are resized as uint8 and scaled to [-1, 1]. Poses become position and the first two
    columns of the rotation matrix (Zhou et al., "On the Continuity of Rotation Representations
    in Neural Networks", CVPR 2019): a quaternion and its negative are the same rotation and
    must not look different. The rest is taken as it is. Then proprioception is normalized.

    Args:
        config: Which streams, which size, how many frames.
        contract: The robot's contract.
        normalizer: Normalizer of the encoded proprioception; None while its statistics are
            being collected.

    Attributes:
        cameras: Names of the image streams, in order.
        size: Height and width of images at the network, pixels.
        frames: Frames that are seen at once.
        streams: Names of all streams, cameras first.
        labels: What each number of a frame's proprioception is, e.g. ``ee_pose.x``.

    Raises:
        AfilError: When the contract lacks one of the streams.
    """

    def __init__(
        self, config: DataConfig, contract: Contract, normalizer: Normalizer | None = None
    ) -> None:
        self.cameras, names = config.streams(contract)
        self.size = (config.height, config.width)
        self.frames = config.frames
        self.streams = (*self.cameras, *names)
        self._streams = [contract.stream(name) for name in names]
        self.labels = tuple(f"{s.name}.{label}" for s in self._streams for label in s.labels)
        self._normalizer = normalizer

    def images(self, observations: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.uint8]]:
        """The images at network resolution by camera, uint8 [H, W, 3]."""
        return {camera: resize(observations[camera], self.size) for camera in self.cameras}

    def proprioception(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The encoded proprioception, not yet normalized, float32 [P]; P may be 0."""
        parts = [s.features(observations[s.name]) for s in self._streams]
        return np.concatenate([np.zeros(0), *parts]).astype(np.float32)

    def inputs(
        self, images: Mapping[str, NDArray[np.uint8]], proprioception: NDArray[np.float32]
    ) -> Observation:
        """Network inputs of a batch of :meth:`images` and :meth:`proprioception`.

        Args:
            images: By camera: uint8 [B, T, H, W, 3].
            proprioception: float32 [B, T, P].
        """
        if self._normalizer is None:
            raise ValueError("a transform without statistics makes no network inputs")
        pixels = {camera: _pixels(values) for camera, values in images.items()}
        return Observation(pixels, self._normalizer.apply(torch.from_numpy(proprioception)))

    def __call__(self, history: Sequence[Mapping[str, NDArray[Any]]]) -> Observation:
        """Network inputs of raw observations, as a batch of one.

        Args:
            history: Values by stream of the last ticks, the newest last. Where there are fewer
                than the policy's frames, the oldest is repeated, as at the start of an episode.
        """
        seen = list(history[-self.frames :])
        seen = [seen[0]] * (self.frames - len(seen)) + seen
        each = [self.images(observations) for observations in seen]
        images = {camera: np.stack([e[camera] for e in each])[None] for camera in self.cameras}
        numbers = np.stack([self.proprioception(observations) for observations in seen])
        return self.inputs(images, numbers[None])


def _pixels(values: NDArray[np.uint8]) -> torch.Tensor:
    pixels = torch.from_numpy(values).permute(0, 1, 4, 2, 3).to(torch.float32)
    return pixels.div_(127.5).sub_(1.0)
