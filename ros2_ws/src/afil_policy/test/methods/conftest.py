from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from afil_core.registry import Selection
from afil_policy.data.batch import Batch, Partner
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Encoder
from afil_policy.heads import HEADS
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.methods.spec import Camera, Spec
from afil_policy.pooling import POOLING

SIZE = (32, 48)
SMALL = ENCODERS.select("small_cnn", layers=[[8, 4, 2], [8, 4, 2]])
# What a method can't do without, or what would make a test slow.
OPTIONS: dict[str, dict[str, Any]] = {
    "combined": {"methods": ["autofocus", "counterfactual", "visarl"]},
    "igmd": {"blocks": 1},
    "oreo": {"codes": 16, "width": 8, "versions": 2, "pretrain_steps": 3},
}


@pytest.fixture
def make() -> Callable[..., Method]:
    """Builds a method; its feature maps are 8 x [8, 12], its actions have 2 dimensions."""

    def build(
        name: str,
        cameras: tuple[str, ...] = ("front",),
        frames: int = 1,
        horizon: int = 1,
        pooling: str = "",
        encoder: Selection[Encoder] | None = None,
        **options,
    ) -> Method:
        torch.manual_seed(0)
        pooling = pooling or ("attentive" if name == "heads" else "spatial_softmax")
        spec = Spec(
            cameras=tuple(Camera(camera, *SIZE) for camera in cameras),
            proprioception=3,
            actions=2,
            encoder=encoder or SMALL,
            pooling=POOLING.select(pooling),
            head=HEADS.select("mse", hidden=[16]),
            frames=frames,
            horizon=horizon,
        )
        return METHODS.select(name, **OPTIONS.get(name, {}) | options).build(spec)

    return build


@pytest.fixture
def sample() -> Callable[..., Batch]:
    """Draws a batch of four; the same bright square is salient in all its images."""

    def draw(
        seed: int = 0, cameras: tuple[str, ...] = ("front",), frames: int = 1, horizon: int = 1
    ) -> Batch:
        generator = torch.Generator().manual_seed(seed)

        def random(*shape: int) -> torch.Tensor:
            return torch.randn(4, *shape, generator=generator)

        def seen() -> dict[str, torch.Tensor]:
            return {camera: random(frames, 3, *SIZE).clamp(-1, 1) for camera in cameras}

        maps = torch.zeros(4, frames, *SIZE)
        maps[:, :, 8:16, 8:20] = 1.0
        return Batch(
            images=seen(),
            proprioception=random(frames, 3),
            actions=random(horizon, 2),
            action_mask=torch.ones(4, horizon, dtype=torch.bool),
            saliency=dict.fromkeys(cameras, maps[:, -1]),
            saliency_history=dict.fromkeys(cameras, maps),
            partner=Partner(seen(), dict.fromkeys(cameras, maps)),
        )

    return draw
