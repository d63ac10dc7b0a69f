"""What happens to observations and actions before and after the network.

Training and deployment call the same functions in the same order, so a policy sees the same
bits when it acts as when it learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from afil_core.contract import Contract
from afil_core.imaging import resize
from afil_policy.config import DataConfig
from afil_policy.data.normalisation import Normaliser


class ObservationTransform:
    """Raw observations to network inputs.

    Images are resized as uint8 and scaled to [-1, 1]. Poses become position and the first two
    columns of the rotation matrix (Zhou et al., "On the Continuity of Rotation Representations
    in Neural Networks", CVPR 2019): a quaternion and its negative are the same rotation and
    must not look different. The rest is taken as it is. Then proprioception is normalised.

    Args:
        config: Which streams, which size.
        contract: The robot's contract.
        normaliser: Normaliser of the encoded proprioception; None while its statistics are
            being collected.

    Raises:
        AfilError: When the contract lacks one of the streams.
    """

    def __init__(
        self, config: DataConfig, contract: Contract, normaliser: Normaliser | None = None
    ) -> None:
        self.image_stream = config.image or contract.anchor
        self.size = (config.height, config.width)
        contract.stream(self.image_stream)
        self._streams = [contract.stream(name) for name in config.proprioception]
        self._normaliser = normaliser

    def image(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
        """The image at network resolution, uint8 [H, W, 3]."""
        return resize(observations[self.image_stream], self.size)

    def proprioception(self, observations: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The encoded proprioception, not yet normalised, float32 [P]; P may be 0."""
        parts = [_encode(s.kind, observations[s.name]) for s in self._streams]
        return np.concatenate([np.zeros(0), *parts]).astype(np.float32)

    def inputs(
        self, images: NDArray[np.uint8], proprioception: NDArray[np.float32]
    ) -> tuple[Tensor, Tensor]:
        """Network inputs of a batch of :meth:`image` and :meth:`proprioception`.

        Args:
            images: uint8 [B, H, W, 3].
            proprioception: float32 [B, P].

        Returns:
            float32 [B, 3, H, W] in [-1, 1], and normalised float32 [B, P].
        """
        if self._normaliser is None:
            raise ValueError("a transform without statistics makes no network inputs")
        pixels = torch.from_numpy(images).permute(0, 3, 1, 2).to(torch.float32)
        return pixels / 127.5 - 1.0, self._normaliser.apply(torch.from_numpy(proprioception))

    def __call__(self, observations: Mapping[str, NDArray[Any]]) -> tuple[Tensor, Tensor]:
        """Network inputs of one set of raw observations, as a batch of one."""
        return self.inputs(self.image(observations)[None], self.proprioception(observations)[None])


def proprioception_labels(contract: Contract, names: Sequence[str]) -> list[str]:
    """One label for each number of the encoded proprioception, e.g. ``ee_pose.x``."""
    labels = []
    for name in names:
        stream = contract.stream(name)
        if stream.kind == "pose":
            parts = ["x", "y", "z", "r11", "r21", "r31", "r12", "r22", "r32"]
        else:
            parts = list(stream.joints) if len(stream.joints) == stream.shape[0] else ["value"]
        labels += [f"{name}.{part}" for part in parts]
    return labels


def _encode(kind: str, value: NDArray[Any]) -> NDArray[np.float64]:
    if kind != "pose":
        return np.asarray(value, dtype=np.float64).reshape(-1)
    matrix = Rotation.from_quat(value[3:]).as_matrix()
    return np.concatenate([value[:3], matrix[:, 0], matrix[:, 1]])
