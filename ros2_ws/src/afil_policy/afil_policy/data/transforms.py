"""What happens to observations before the network.

Training and deployment call the same functions in the same order, so a policy sees the same
bits when it acts as when it learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from afil_core.contract import Contract
from afil_policy.data.batch import Observation
from afil_policy.data.config import DataConfig
from afil_policy.data.normalization import Normalizer
from afil_policy.data.preparation import Preparation

_OTHER_TASK = -1


class ObservationTransform(Preparation):
    """Raw observations to network inputs: :class:`Preparation`, then tensors in their ranges.

    Images and depth come to [-1, 1]; proprioception is normalized.

    Args:
        config: Which streams, which size, how many frames.
        contract: The robot's contract.
        normalizer: Normalizer of the encoded proprioception; None while its statistics are
            being collected.
        tasks: The instructions of the demonstrations.

    Attributes:
        frames: Frames that are seen at once.
        tasks: The instructions of the demonstrations.

    Raises:
        AfilError: When the contract lacks one of the streams.
    """

    def __init__(
        self,
        config: DataConfig,
        contract: Contract,
        normalizer: Normalizer | None = None,
        tasks: tuple[str, ...] = (),
    ) -> None:
        super().__init__(config, contract)
        self.frames = config.frames
        self.tasks = tasks
        self._normalizer = normalizer

    def inputs(
        self,
        images: Mapping[str, NDArray[Any]],
        proprioception: NDArray[np.float32],
        history_mask: NDArray[np.bool_] | None = None,
        tasks: Sequence[int] | NDArray[np.int64] = (),
    ) -> Observation:
        """Network inputs of a batch of :meth:`images` and :meth:`proprioception`.

        Args:
            images: By camera: [B, T, H, W, C], integers as the camera keeps them.
            proprioception: float32 [B, T, P].
            history_mask: bool [B, T], false where a frame is repeated; None: all are real.
            tasks: Positions in :attr:`tasks`; empty where nobody said.
        """
        return replace(
            self.beside(proprioception, history_mask, tasks),
            images={c: self.pixels(c, torch.from_numpy(values)) for c, values in images.items()},
        )

    def beside(
        self,
        proprioception: NDArray[np.float32],
        history_mask: NDArray[np.bool_] | None = None,
        tasks: Sequence[int] | NDArray[np.int64] = (),
    ) -> Observation:
        """What is beside the images; arguments as for :meth:`inputs`."""
        if self._normalizer is None:
            raise ValueError("a transform without statistics makes no network inputs")
        return Observation(
            images={},
            proprioception=self._normalizer.apply(torch.from_numpy(proprioception)),
            history_mask=None if history_mask is None else torch.from_numpy(history_mask),
            task=torch.as_tensor(tasks, dtype=torch.int64) if len(tasks) else None,
            instructions=tuple(self.tasks[task] for task in tasks),
        )

    def pixels(self, camera: str, values: Tensor) -> Tensor:
        """Frames as a network sees them: float32 [..., C, H, W] in [-1, 1] of [..., H, W, C]."""
        # What follows keeps the order in memory, which is that of channels_last.
        pixels = values.movedim(-1, -3)
        # Integers divided by a number take eight times as long as converted ones.
        return pixels.float().div_(self.stored[camera].half_range).sub_(1.0)

    def __call__(
        self, history: Sequence[Mapping[str, NDArray[Any]]], instruction: str | None = None
    ) -> Observation:
        """Network inputs of raw observations, as a batch of one.

        Args:
            history: Values by stream of the last ticks, the newest last. Where there are fewer
                than the policy's frames, the oldest is repeated, as at the start of an episode.
            instruction: The task in words; where nobody says, the demonstrations' if they have
                but one.
        """
        seen = list(history[-self.frames :])
        missing = self.frames - len(seen)
        seen = [seen[0]] * missing + seen
        each = [self.images(observations) for observations in seen]
        images = {camera: np.stack([e[camera] for e in each])[None] for camera in self.cameras}
        numbers = np.stack([self.proprioception(observations) for observations in seen])
        mask = np.arange(self.frames)[None] >= missing
        made = self.inputs(images, numbers[None], mask)
        if instruction is None and len(self.tasks) == 1:
            instruction = self.tasks[0]
        if instruction is None:
            return made
        known = instruction in self.tasks
        task = self.tasks.index(instruction) if known else _OTHER_TASK
        return Observation(
            images=made.images,
            proprioception=made.proprioception,
            history_mask=made.history_mask,
            task=torch.tensor([task]),
            instructions=(instruction,),
        )
