"""Methods that see by saliency, on four pixels and against arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Observation
from afil_policy.encoders import ENCODERS
from afil_policy.methods.base import Method
from afil_policy.methods.gmd import keep_probability, modulated
from afil_policy.methods.mask import masked

Make = Callable[..., Method]
Sample = Callable[..., Batch]
GUIDED = ["agil", "autofocus+gmd", "gmd", "igmd", "mask", "visarl"]
G = torch.tensor([[[0.0, 0.5], [0.25, 1.0]]])
Z = torch.tensor([[[[1.0, 2.0], [-3.0, 4.0]], [[-1.0, 1.0], [5.0, 0.5]]]])


def test_gmd_keeps_by_the_published_probability() -> None:
    expected = torch.tensor([[[[0.3, 0.65], [0.475, 1.0]]]])
    torch.testing.assert_close(keep_probability(G, (2, 2), 0.3), expected)
    # Whatever the map's range, and everything where it says nothing.
    torch.testing.assert_close(keep_probability(0.1 + 0.2 * G, (2, 2), 0.3), expected)
    assert keep_probability(torch.zeros(1, 4, 4), (2, 2), 0.3).eq(1).all()


def test_gmd_keeps_everything_where_a_map_is_faint_and_scales_small_objects() -> None:
    # A predictor that sees no key object says almost zero, which is no place to look at.
    assert keep_probability(1e-3 * G, (2, 2), 0.3).eq(1).all()
    # One pixel of many is a faint cell, and yet a key object.
    one = torch.zeros(1, 64, 64)
    one[0, 0, 0] = 1.0
    expected = torch.tensor([[[[1.0, 0.3], [0.3, 0.3]]]])
    torch.testing.assert_close(keep_probability(one, (2, 2), 0.3), expected, atol=0.01, rtol=0)


def test_gmd_drops_places_for_all_channels_and_scales_at_test_time() -> None:
    kept = keep_probability(G, (2, 2), 0.3)
    torch.testing.assert_close(
        modulated(Z, kept, training=False),
        torch.tensor([[[[0.3, 1.3], [-1.425, 4.0]], [[-0.3, 0.65], [2.375, 0.5]]]]),
    )
    torch.manual_seed(3)
    uniform = torch.rand(1, 1, 2, 2)
    torch.manual_seed(3)
    dropped = modulated(Z, kept, training=True)
    assert torch.equal(dropped, Z * (uniform < kept))
    many = modulated(torch.ones(20000, 1, 2, 2), kept.expand(20000, 1, 2, 2), training=True)
    torch.testing.assert_close(many.mean(dim=0, keepdim=True), kept, atol=0.02, rtol=0)


def test_igmd_changes_what_comes_out_of_the_first_blocks(make: Make, sample: Sample) -> None:
    method, batch = make("igmd", blocks=1).eval(), sample()
    encoder = method.encoder.encoders["front"]
    part, saliency = method.parts[0], {"front": batch.saliency_history["front"]}
    block = encoder.early_blocks()[0]
    maps: list[torch.Tensor] = []
    plain = encoder(batch.images["front"][:, 0]).map
    with part.encoding(method.encoder, saliency):
        block.register_forward_hook(lambda m, a, z: maps.append(z))
        changed = encoder(batch.images["front"][:, 0]).map
    kept = keep_probability(batch.saliency["front"], (16, 24), 0.3)
    layers = encoder.layers
    expected = layers[2](layers[1](layers[0](batch.images["front"][:, 0])) * kept)
    torch.testing.assert_close(changed, expected)
    assert not torch.allclose(changed, plain)
    assert torch.equal(encoder(batch.images["front"][:, 0]).map, plain), "hooks are gone"


def test_igmd_without_early_blocks_is_a_sentence(make: Make) -> None:
    with pytest.raises(AfilError, match="first 2 blocks .* has 1"):
        make("igmd", blocks=2)


def test_visarl_puts_the_maps_behind_the_frames(make: Make, sample: Sample) -> None:
    method, batch = make("visarl", frames=2), sample(frames=2)
    seen = method.parts[0].images(batch.images, batch.saliency_history)["front"]
    assert seen.shape == (4, 2 * 3 + 2, 32, 48)
    assert torch.equal(seen[:, :6], batch.images["front"].flatten(1, 2))
    assert torch.equal(seen[:, 6:], 2 * batch.saliency_history["front"] - 1)
    first = method.encoder.encoders["front"].layers[0]
    assert isinstance(first, nn.Conv2d)
    assert first.in_channels == 8


@pytest.mark.parametrize(
    ("name", "channels"), [("paper_cnn", 3 + 3), ("resnet", 9 + 3), ("small_cnn", 9 + 3)]
)
def test_visarl_of_three_frames_shows_every_encoder_three_maps(
    make: Make, sample: Sample, name: str, channels: int
) -> None:
    encoder = ENCODERS.select(name)
    method, batch = make("visarl", frames=3, encoder=encoder), sample(frames=3)
    first = next(m for m in method.encoder.modules() if isinstance(m, nn.Conv2d))
    assert first.in_channels == channels
    method.loss(batch).total.backward()
    assert first.weight.grad is not None
    assert first.weight.grad[:, -3:].abs().amax(dim=(0, 2, 3)).gt(0).all()


def test_mask_multiplies_in_the_range_from_black_to_white() -> None:
    images = torch.tensor([[-1.0, 0.0], [1.0, 0.5]]).expand(1, 1, 3, 2, 2)
    # x in [0, 1] is 0, 0.5, 1, 0.75; times g it is 0, 0.25, 0.25, 0.75.
    expected = torch.tensor([[-1.0, -0.5], [-0.5, 0.5]]).expand(1, 1, 3, 2, 2)
    torch.testing.assert_close(masked(images, G[None]), expected)


def test_agil_averages_two_encoders_of_which_one_sees_what_is_salient(
    make: Make, sample: Sample
) -> None:
    method, batch = make("agil"), sample()
    images = {"front": batch.images["front"]}
    second = method.parts[0].encoders["front"]
    salient = masked(images["front"], batch.saliency_history["front"])[:, 0]
    first = method.encoder.features(images)
    found = method.parts[0].features(first, images, batch.saliency_history)["front"].map
    torch.testing.assert_close(found, (first["front"].map + second(salient).map) / 2)
    assert not any(a is b for a in second.parameters() for b in method.encoder.parameters())


@pytest.mark.parametrize("name", GUIDED)
def test_the_predictor_learns_beside_the_policy_and_neither_feels_the_other(
    make: Make, sample: Sample, name: str
) -> None:
    method, batch = make(name), sample()
    losses = method.loss(batch)
    predicted = method.predictor._raw(batch.images)["front"]
    expected = (predicted - batch.saliency_history["front"]).square().mean()
    torch.testing.assert_close(losses.terms["predictor"], expected)
    losses.terms["predictor"].backward(retain_graph=True)
    for key, weight in method.named_parameters():
        assert (weight.grad is not None) == key.startswith("predictor."), key
    method.zero_grad()
    (losses.total - losses.terms["predictor"]).backward()
    theirs = [p.grad for p in method.predictor.parameters() if p.grad is not None]
    assert all(not grad.any() for grad in theirs)


@pytest.mark.parametrize("name", GUIDED)
def test_training_goes_by_the_targets_and_acting_by_the_prediction(
    make: Make, sample: Sample, name: str
) -> None:
    method, batch = make(name), sample()
    target = batch.saliency_history["front"]
    assert torch.equal(method.saliency(batch)["front"], target)
    alone = Observation(batch.images, batch.proprioception)
    guess = method.saliency(alone)["front"]
    assert float(guess.min()) >= 0
    assert float(guess.max()) <= 1
    assert not torch.equal(guess, target)
    method.eval()
    torch.testing.assert_close(method.saliency(batch)["front"], guess)


def test_a_camera_without_maps_is_a_sentence(make: Make, sample: Sample) -> None:
    cameras = ("front", "wrist")
    batch = sample(cameras=cameras)
    del batch.saliency_history["wrist"]
    with pytest.raises(AfilError, match="every camera, and wrist has none"):
        make("mask", cameras).loss(batch)


def test_a_predictor_learns_where_the_square_is(make: Make, sample: Sample) -> None:
    torch.manual_seed(0)
    method, batch = make("mask"), sample()
    optimizer = torch.optim.Adam(method.predictor.parameters(), lr=5e-3)
    for _ in range(60):
        optimizer.zero_grad()
        method.predictor.loss(batch).backward()
        optimizer.step()
    found = method.predictor(batch.images)["front"]
    inside = batch.saliency_history["front"] > 0
    assert found[inside].mean() > 0.5 + found[~inside].mean()
