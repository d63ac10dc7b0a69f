"""What holds for every method."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from afil_policy.data.batch import Batch, Observation
from afil_policy.methods import METHODS, Method

CAMERAS = ("front", "wrist")


@pytest.mark.parametrize("name", METHODS.names())
@pytest.mark.parametrize(("cameras", "frames", "horizon"), [(CAMERAS[:1], 1, 1), (CAMERAS, 3, 5)])
def test_shapes_are_those_of_cameras_frames_and_horizon(
    make: Callable[..., Method],
    sample: Callable[..., Batch],
    name: str,
    cameras: tuple[str, ...],
    frames: int,
    horizon: int,
) -> None:
    method, batch = make(name, cameras, frames, horizon), sample(0, cameras, frames, horizon)
    losses = method.loss(batch)
    assert losses.total.shape == ()
    assert {value.shape for value in losses.terms.values()} == {()}
    seen = Observation(batch.images, batch.proprioception)
    assert method.act(seen).shape == (4, horizon, 2)
    attention = method.attention(seen)
    shapes = {camera: tuple(found.shape) for camera, found in attention.items()}
    assert shapes == dict.fromkeys(cameras, (4, 8, 12))


@pytest.mark.parametrize("name", METHODS.names())
def test_a_few_steps_lower_the_loss(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name, CAMERAS, 2, 3), sample(0, CAMERAS, 2, 3)
    optimizer = torch.optim.Adam(method.parameters(), lr=3e-3)
    before = method.loss(batch).total.item()
    for _ in range(20):
        optimizer.zero_grad()
        method.loss(batch).total.backward()
        optimizer.step()
    assert method.loss(batch).total.item() < 0.8 * before


@pytest.mark.parametrize("name", METHODS.names())
def test_every_camera_and_every_frame_counts(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name, CAMERAS, 2), sample(0, CAMERAS, 2)
    before = method.act(batch)
    for camera in CAMERAS:
        for frame in range(2):
            other = {k: v.clone() for k, v in batch.images.items()}
            other[camera][:, frame] = 0.0
            assert not torch.equal(method.act(Observation(other, batch.proprioception)), before)
