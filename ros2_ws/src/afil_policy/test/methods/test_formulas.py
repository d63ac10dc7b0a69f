"""Each loss on four pixels, against arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Partner
from afil_policy.encoders.attention import attention_map
from afil_policy.encoders.base import Features
from afil_policy.heads import HEADS
from afil_policy.methods.alignment import distance
from afil_policy.methods.base import Method
from afil_policy.methods.gril import center
from afil_policy.methods.oreo import Quantizer
from afil_policy.methods.part import Seen
from afil_policy.methods.swapping import swapped

Make = Callable[..., Method]
Sample = Callable[..., Batch]
TARGET = torch.tensor([[[0.0, 0.0], [0.4, 1.0]]])
LOOKED = torch.tensor([[[0.0, 0.2], [1.0, 0.8]]])
# The same as distributions, with the sums 1.4 and 2.
P, Q = (0.0, 0.0, 2 / 7, 5 / 7), (0.0, 0.1, 0.5, 0.4)


def kl(p: tuple[float, ...], q: tuple[float, ...]) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def test_distances_of_four_pixels() -> None:
    middle = tuple((a + b) / 2 for a, b in zip(P, Q, strict=True))
    expected = {
        "mse": (0.04 + 0.36 + 0.04) / 4,
        "l1": (0.2 + 0.6 + 0.2) / 4,
        "kl": kl(P, Q),
        "js": (kl(P, middle) + kl(Q, middle)) / 2,
        "tv": (0.1 + (0.5 - 2 / 7) + (5 / 7 - 0.4)) / 2,
    }
    for kind, value in expected.items():
        assert distance(kind, LOOKED, TARGET).item() == pytest.approx(value, abs=1e-4), kind
        assert distance(kind, TARGET, TARGET).item() == pytest.approx(0, abs=1e-6), kind
        assert distance(kind, LOOKED, torch.zeros(1, 2, 2)).isfinite().all(), kind
    # From the target to the prediction, and not the other way round.
    assert distance("kl", TARGET, LOOKED).item() > 2 * distance("kl", LOOKED, TARGET).item()


@pytest.mark.parametrize("kind", ["kl", "js", "tv", "l1"])
def test_autofocus_takes_the_distance_that_is_chosen(make: Make, kind: str) -> None:
    features = Features(torch.tensor([[[[0.0, 1.0], [2.0, 4.0]]]]))
    part = make("autofocus", temperature=2.0, distance=kind).parts[0]
    expected = distance(kind, attention_map(features, 2.0), TARGET)[0]
    torch.testing.assert_close(part.regularization(features, TARGET), expected)


def test_behavior_cloning_of_four_numbers() -> None:
    mse = HEADS.select("mse").build(2, 2, 2)
    actions = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    mask = torch.tensor([[True, False]])
    loss = mse.loss(torch.tensor([[[0.0, 0.0], [9.0, 9.0]]]), actions, mask)
    assert loss.item() == (1.0 + 4.0) / 2


def test_heads_supervises_those_that_are_chosen(make: Make) -> None:
    first = torch.tensor([[[0.0, 1.0], [5.0, 4.0]]])  # LOOKED, times 5
    heads = torch.stack([torch.rand(1, 2, 2), first], dim=1)
    features = Features(torch.zeros(1, 3, 2, 2), heads.mean(dim=1), heads)
    part = make("heads", heads=[1]).parts[0]
    expected = distance("mse", LOOKED, TARGET)[0]
    torch.testing.assert_close(part.regularization(features, TARGET), expected)
    both = make("heads", heads=[0, 1]).parts[0].regularization(features, TARGET)
    alone = make("heads", heads=[0]).parts[0].regularization(features, TARGET)
    torch.testing.assert_close(both, (alone + expected) / 2)


def test_heads_that_are_not_there_are_a_sentence(make: Make, sample: Sample) -> None:
    for pooling, there in (("spatial_softmax", "has none"), ("attentive", "has 4")):
        with pytest.raises(AfilError, match=there):
            make("heads", pooling=pooling, heads=[4]).loss(sample())


def test_heads_leaves_the_others_free(make: Make, sample: Sample) -> None:
    method, batch = make("heads", heads=[1], weight=1.0), sample()
    attention = method.encoder.looked(method.encoder.features(batch.images))["front"].heads
    assert attention is not None
    attention = attention.detach().requires_grad_()
    features = Features(torch.zeros(4, 8, 8, 12), attention.mean(dim=1), attention)
    method.parts[0].regularization(features, batch.saliency["front"]).backward()
    touched = attention.grad.abs().sum(dim=(0, 2, 3))
    assert touched[1] > 0
    assert touched[[0, 2, 3]].sum() == 0


def test_the_center_of_four_pixels() -> None:
    maps = torch.tensor([[[0.0, 1.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]]])
    # x of the second: (0.25 * 1 + 0.75 * 3) / 4.
    torch.testing.assert_close(center(maps), torch.tensor([[0.75, 0.5], [0.625, 0.625]]))


def test_gril_regresses_the_center_from_the_latent(make: Make, sample: Sample) -> None:
    method, batch = make("gril"), sample()
    part = method.parts[0]
    for weight in part.layers.parameters():
        weight.data.zero_()
    part.layers[2].bias.data = torch.tensor([0.5, 0.25])
    maps = torch.zeros(4, 2, 2)
    maps[:3, 0, 1] = 1.0  # at (0.75, 0.25); the fourth has no key object
    seen = Seen({}, {}, torch.randn(4, method.encoder.size))
    weight, value = part.terms(method, replace(batch, saliency={"front": maps}), seen)["gaze"]
    assert (weight, value.item()) == (10.0, 0.25**2 / 2)
    assert part.layers[0].in_features == method.encoder.size


def test_contrast_of_four_pixels(make: Make) -> None:
    part = make("contrastive", margin=10.0).parts[0]
    z = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]])
    near, far = z + torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]]), z + 1.5
    # ||z - z+||^2 = 5 and ||z - z-||^2 = 9.
    assert part.triplet(z, near, far).item() == 5 - 9 + 10
    assert part.triplet(z, z, z + 9).item() == 0


def test_contrast_blurs_outside_and_inside(make: Make, sample: Sample) -> None:
    part, images = make("contrastive").parts[0], sample().images["front"]
    everywhere = torch.ones(4, 1, 32, 48)
    positive, negative = part.blurred(images, everywhere)
    torch.testing.assert_close(positive, images)
    torch.testing.assert_close(part.blurred(images, 0 * everywhere)[1], images)
    torch.testing.assert_close(part.blurred(images, 0 * everywhere)[0], negative)
    assert negative.std() < 0.3 * images.std()


def test_oreo_drops_cells_by_their_code(make: Make) -> None:
    part = make("oreo", drop=0.5, codes=3).parts[0]
    z = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]).repeat(2, 1, 1, 1)
    codes = torch.tensor([[[0, 1], [1, 2]]])
    kept = torch.tensor([[True, False, True], [False, True, False]])
    expected = torch.tensor([[[[2.0, 0.0], [0.0, 8.0]]], [[[0.0, 4.0], [6.0, 0.0]]]])
    assert torch.equal(part.dropped(z, codes, kept), expected)


def test_oreos_quantizer_on_four_cells(make: Make, sample: Sample) -> None:
    method, images = make("oreo", codes=2, width=1), sample().images["front"][:, 0]
    quantizer = method.parts[0].networks["front"]
    assert isinstance(quantizer, Quantizer)
    cells = torch.tensor([[[[0.1, 0.9], [0.4, 1.2]]]])
    quantizer.encoder = _Fixed(cells)
    quantizer.narrow = nn.Identity()
    quantizer.decoder = nn.Identity()
    quantizer.codebook.weight.data = torch.tensor([[0.0], [1.0]])
    assert quantizer.codes(images[:1]).tolist() == [[[0, 1], [0, 1]]]
    quantizer._size = (2, 2)
    error = (0.1**2 + 0.1**2 + 0.4**2 + 0.2**2) / 4
    target = torch.tensor([[[[0.0, 1.0], [0.0, 0.0]]]])
    # The last pixel is 1 where it should be 0.
    expected = 1 / 4 + error + 0.25 * error
    assert quantizer.loss(target).item() == pytest.approx(expected, abs=1e-6)


class _Fixed(nn.Module):
    def __init__(self, cells: torch.Tensor) -> None:
        super().__init__()
        self.cells = cells

    def forward(self, images: torch.Tensor) -> Features:
        return Features(self.cells)


def test_oreo_learns_images_first_and_begins_the_policy_with_their_encoder(
    make: Make, sample: Sample
) -> None:
    method, batch = make("oreo", pretrain_steps=2), sample()
    before = [p.clone() for p in method.encoder.parameters()]
    optimizer = torch.optim.SGD(method.parameters(), lr=0.01)
    for step in range(4):
        optimizer.zero_grad()
        losses = method.loss(batch)
        losses.total.backward()
        if step < 2:
            torch.testing.assert_close(losses.total, losses.terms["vq"])
            assert not any(p.grad.any() for p in method.head.parameters())
        else:
            torch.testing.assert_close(losses.total, losses.terms["bc"])
        if step == 2:
            quantizer = method.parts[0].networks["front"]
            mine, its = method.encoder.encoders["front"], quantizer.encoder
            for key, tensor in its.state_dict().items():
                assert torch.equal(mine.state_dict()[key], tensor), key
        optimizer.step()
    assert not torch.equal(before[0], next(method.encoder.parameters()))


def test_oreo_means_over_its_versions_of_a_sample(make: Make, sample: Sample) -> None:
    method, batch = make("oreo", pretrain_steps=0, drop=0.0, versions=3), sample()
    plain = make("bc")
    plain.load_state_dict(method.state_dict(), strict=False)
    method.parts[0].done += 5
    torch.testing.assert_close(method.loss(batch).terms["bc"], plain.loss(batch).total)


def other(saliency: torch.Tensor) -> Partner:
    """A black picture of another episode, and its map."""
    return Partner(
        {"front": torch.full((1, 1, 3, 2, 2), -1.0)}, {"front": saliency.expand(1, 1, 2, 2)}
    )


def test_swap_of_four_pixels(sample: Sample) -> None:
    maps = torch.tensor([[[0.0, 0.125], [0.25, 1.0]]])
    batch = replace(
        sample(),
        images={"front": torch.full((1, 1, 3, 2, 2), 1.0)},
        saliency_history={"front": maps[None]},
        partner=other(torch.zeros(2, 2)),
    )
    expected = torch.tensor([[-1.0, 0.0], [1.0, 1.0]]).expand(1, 1, 3, 2, 2)
    torch.testing.assert_close(swapped(batch, 0.25)["front"], expected)
    # Of the other's key object nothing is taken.
    there = replace(batch, partner=other(torch.tensor([[0.125, 1.0], [0.0, 0.0]])))
    expected = torch.tensor([[0.0, 1.0], [1.0, 1.0]]).expand(1, 1, 3, 2, 2)
    torch.testing.assert_close(swapped(there, 0.25)["front"], expected)
    nothing = replace(batch, saliency_history={"front": 0 * maps[None]})
    assert torch.equal(swapped(nothing, 0.25)["front"], batch.images["front"])


def test_swap_makes_data_in_training_alone(make: Make, sample: Sample) -> None:
    method, batch = make("swap", probability=1.0), sample()
    method.train()
    changed = replace(batch, images=swapped(batch, 0.25))
    assert torch.equal(method.loss(batch).total, make("bc").loss(changed).total)
    method.eval()
    assert torch.equal(method.loss(batch).total, make("bc").loss(batch).total)


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_swap_changes_a_share_of_the_samples_and_each_as_a_whole(
    make: Make, sample: Sample, probability: float
) -> None:
    part = make("swap", probability=probability).parts[0]
    batch = sample().map(lambda tensor: tensor.repeat(50, *[1] * (tensor.dim() - 1)))
    found, other = part.batch(batch).images["front"], swapped(batch, 0.25)["front"]
    changed = (found != batch.images["front"]).flatten(1).any(dim=1)
    expected = torch.where(changed[:, None, None, None, None], other, batch.images["front"])
    assert torch.equal(found, expected)
    # Three standard deviations of 200 draws.
    assert float(changed.float().mean()) == pytest.approx(probability, abs=0.1)


def test_counterfactual_wants_no_difference(make: Make, sample: Sample) -> None:
    method, batch = make("counterfactual", weight=2.0), sample()
    losses = method.loss(batch)
    changed = replace(batch, images=swapped(batch, 0.25))
    expected = (method.act(batch) - method.act(changed)).square().mean()
    torch.testing.assert_close(losses.terms["consistency"], expected)
    torch.testing.assert_close(losses.total, losses.terms["bc"] + 2.0 * expected)
    itself = replace(batch, partner=Partner(batch.images, batch.saliency_history))
    assert method.loss(itself).terms["consistency"].item() < 1e-12


def test_afa_is_behavior_cloning_with_attentive_pooling(make: Make, sample: Sample) -> None:
    method, batch = make("afa"), sample()
    plain = make("bc", pooling="attentive")
    assert torch.equal(method.loss(batch).total, plain.loss(batch).total)
    assert make("afa", pooling="attentive").state_dict().keys() == plain.state_dict().keys()


def test_a_combination_adds_up(make: Make, sample: Sample) -> None:
    batch = sample()
    listed = [{"name": "autofocus", "weight": 3.0}, {"name": "gril", "weight": 2.0}]
    losses = make("combined", methods=listed).loss(batch)
    assert set(losses.terms) == {"bc", "reg", "gaze"}
    expected = losses.terms["bc"] + 3 * losses.terms["reg"] + 2 * losses.terms["gaze"]
    torch.testing.assert_close(losses.total, expected)
    reg = make("autofocus").loss(batch).terms["reg"]
    torch.testing.assert_close(losses.terms["reg"], reg)


def test_autofocus_and_gmd_together_regularize_the_map_before_the_dropout(
    make: Make, sample: Sample
) -> None:
    batch = sample()
    both = make("autofocus+gmd").loss(batch)
    assert set(both.terms) == {"bc", "reg", "predictor"}
    torch.testing.assert_close(both.terms["reg"], make("autofocus").loss(batch).terms["reg"])


@pytest.mark.parametrize(
    ("listed", "word"), [(["bc"], "bc"), (["gmd", "gmd"], "twice"), ([], "at least 1")]
)
def test_what_can_not_be_combined_is_a_sentence(make: Make, listed: list[str], word: str) -> None:
    with pytest.raises(AfilError, match=word):
        make("combined", methods=listed)
