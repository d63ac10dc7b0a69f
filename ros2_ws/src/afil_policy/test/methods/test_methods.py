"""What holds for every method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Observation
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method

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
    options = {"pretrain_steps": 0} if name == "oreo" else {}
    method, batch = make(name, **options), sample()
    optimizer = torch.optim.Adam(method.parameters(), lr=5e-3)
    totals = []
    for _ in range(25):
        optimizer.zero_grad()
        loss = method.loss(batch).total
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    assert sum(totals[-5:]) < 0.85 * sum(totals[:5])


@pytest.mark.parametrize("name", METHODS.names())
def test_every_camera_and_every_frame_counts(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name, CAMERAS, 2).eval(), sample(0, CAMERAS, 2)
    if method.predictor is not None:
        # Before it has learned anything it may see nothing salient at all.
        for network in method.predictor.networks.values():
            network.decoder[-1].bias.data.fill_(0.5)
    before = method.act(batch)
    for camera in CAMERAS:
        for frame in range(2):
            other = {k: v.clone() for k, v in batch.images.items()}
            other[camera][:, frame] = 0.0
            assert not torch.equal(method.act(Observation(other, batch.proprioception)), before)


@pytest.mark.parametrize("name", METHODS.names())
def test_a_policy_acts_on_nothing_but_what_it_observes(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name).eval(), sample()
    alone = Observation(batch.images, batch.proprioception)
    assert torch.equal(method.act(batch), method.act(alone))
    for camera, shown in method.attention(batch).items():
        assert torch.equal(shown, method.attention(alone)[camera])


@pytest.mark.parametrize("name", METHODS.names())
def test_the_same_seed_gives_the_same_loss_and_gradients(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    found = []
    for _ in range(2):
        method = make(name)
        torch.manual_seed(7)
        method.loss(sample()).total.backward()
        found.append({k: p.grad for k, p in method.named_parameters() if p.grad is not None})
    assert found[0].keys() == found[1].keys()
    assert all(torch.equal(found[0][k], found[1][k]) for k in found[0])


@pytest.mark.parametrize("name", METHODS.names())
def test_every_weight_gets_a_gradient(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    # Weights that are left out in a step would stop training on several devices.
    method = make(name)
    method.loss(sample()).total.backward()
    expected = {k for k, p in method.named_parameters() if p.requires_grad}
    assert {k for k, p in method.named_parameters() if p.grad is not None} == expected


@pytest.mark.parametrize("name", METHODS.names())
def test_what_a_method_wants_in_its_batches_is_said(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name), sample()
    needs = type(method).needs(method.config)
    wanted = {name: getattr(needs, name) for name in ("saliency", "saliency_history", "partner")}
    assert needs.saliency or not any(wanted.values())
    left = {
        "saliency": batch.saliency if needs.saliency else {},
        "saliency_history": batch.saliency_history if needs.saliency_history else {},
        "partner": batch.partner if needs.partner else None,
    }
    assert torch.isfinite(method.loss(replace(batch, **left)).total)
    if needs.saliency:
        with pytest.raises((ValueError, AfilError), match="saliency"):
            method.loss(replace(batch, saliency={}, saliency_history={}, partner=None))


@pytest.mark.parametrize("name", sorted({*METHODS.names()} - {"afa", "bc", "oreo"}))
def test_samples_without_a_map_do_not_teach_where_to_look(
    make: Callable[..., Method], sample: Callable[..., Batch], name: str
) -> None:
    method, batch = make(name), sample()
    none = {"front": torch.zeros(4, dtype=torch.bool)}
    empty = {"front": torch.zeros_like(batch.saliency["front"])}
    blank = replace(
        batch,
        saliency=empty,
        saliency_valid=none,
        saliency_history={"front": empty["front"][:, None]},
    )
    losses = method.loss(blank)
    for term, value in losses.terms.items():
        assert term == "bc" or value.item() == 0.0, term
