from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from afil_policy.data.batch import Batch
from afil_policy.encoders.attention import predict_attention
from afil_policy.encoders.base import Features
from afil_policy.methods.base import Method

Make = Callable[..., Method]
Sample = Callable[..., Batch]


def features(seed: int = 0) -> Features:
    generator = torch.Generator().manual_seed(seed)
    return Features(torch.randn(2, 5, 6, 8, generator=generator) * 3)


def test_the_loss_of_four_pixels_is_that_of_the_formula(make: Make) -> None:
    z = torch.tensor([[[[0.0, 1.0], [2.0, 4.0]]]])
    target = torch.tensor([[[0.0, 0.0], [1.0, 0.5]]])
    m = torch.exp(torch.tensor([0.0, 1.0, 2.0, 4.0]) / 2.0)
    g_hat = (m - m[0]) / (m[3] - m[0])
    expected = ((g_hat - torch.tensor([0.0, 0.0, 1.0, 0.5])) ** 2).mean()
    loss = make("autofocus", temperature=2.0).parts[0].regularization(Features(z), target)
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("resolution", ["map", "image"])
def test_perfect_alignment_has_no_regularization_loss(make: Make, resolution: str) -> None:
    method = make("autofocus", resolution=resolution, temperature=1.0).parts[0]
    size = None if resolution == "map" else (24, 32)
    target = predict_attention(features().map, 1.0, size)
    assert float(method.regularization(features(), target)) < 1e-9
    assert float(method.regularization(features(1), target)) > 1e-3


def test_zero_weight_equals_behavior_cloning_bit_for_bit(make: Make, sample: Sample) -> None:
    trained = []
    for method in (make("bc"), make("autofocus", weight=0.0)):
        optimizer = torch.optim.AdamW(method.parameters(), lr=1e-2)
        for step in range(5):
            optimizer.zero_grad()
            method.loss(sample(step)).total.backward()
            optimizer.step()
        trained.append(method.state_dict())
    assert trained[0].keys() == trained[1].keys()
    for name, tensor in trained[0].items():
        assert torch.equal(tensor, trained[1][name]), name


def test_regularization_moves_attention_to_the_key_object(make: Make, sample: Sample) -> None:
    method, data = make("autofocus", weight=10.0), sample()
    optimizer = torch.optim.Adam(method.parameters(), lr=3e-3)
    before = method.loss(data).terms["reg"].item()
    for _ in range(120):
        optimizer.zero_grad()
        method.loss(data).total.backward()
        optimizer.step()
    assert method.loss(data).terms["reg"].item() < 0.5 * before


def test_frames_without_key_objects_count_only_when_asked(make: Make) -> None:
    empty = torch.zeros(2, 24, 32)
    kept = make("autofocus", skip_empty=False).parts[0]
    skipped = make("autofocus", skip_empty=True).parts[0]
    assert float(skipped.regularization(features(), empty)) == 0.0
    assert float(kept.regularization(features(), empty)) > 0.0


def test_skipped_frames_do_not_dilute_the_others(make: Make) -> None:
    z, maps = features(), torch.zeros(2, 24, 32)
    maps[0, 4:8, 4:8] = 1
    method = make("autofocus").parts[0]
    both = float(method.regularization(z, maps))
    alone = float(method.regularization(Features(z.map[:1]), maps[:1]))
    assert both == pytest.approx(alone)


def test_cameras_count_alike_and_those_without_maps_do_not(make: Make, sample: Sample) -> None:
    cameras = ("front", "wrist")
    method, data = make("autofocus", cameras), sample(0, cameras)

    def reg(*names: str) -> Tensor:
        maps = {name: data.saliency[name] for name in names}
        return method.loss(replace(data, saliency=maps)).terms["reg"]

    torch.testing.assert_close(reg(*cameras), (reg("front") + reg("wrist")) / 2)
    assert not torch.equal(reg("front"), reg("wrist"))
    with pytest.raises(ValueError, match="needs saliency"):
        reg()


def test_no_maps_to_learn_from_equals_behavior_cloning_bit_for_bit(
    make: Make, sample: Sample
) -> None:
    # What data.saliency_ratio: 0 makes of every batch.
    trained = []
    for method in (make("bc"), make("autofocus")):
        optimizer = torch.optim.AdamW(method.parameters(), lr=1e-2)
        for step in range(5):
            data = sample(step)
            none = {"front": torch.zeros(4, dtype=torch.bool)}
            empty = {"front": torch.zeros_like(data.saliency["front"])}
            optimizer.zero_grad()
            method.loss(replace(data, saliency=empty, saliency_valid=none)).total.backward()
            optimizer.step()
        trained.append(method.state_dict())
    for name, tensor in trained[0].items():
        assert torch.equal(tensor, trained[1][name]), name


def test_means_over_the_cells_are_enough_and_only_where_all_parts_say_so(
    make: Make, sample: Sample
) -> None:
    method, data = make("autofocus"), sample()
    (rows, columns) = method.cells()["front"]
    maps = data.saliency["front"]
    height, width = maps.shape[1] // rows, maps.shape[2] // columns
    means = maps.view(-1, rows, height, columns, width).mean(dim=(2, 4))
    found = method.loss(replace(data, saliency={"front": means})).terms["reg"]
    torch.testing.assert_close(found, method.loss(data).terms["reg"])
    assert make("autofocus", resolution="image").cells() == {}
    for other in ("gmd", "autofocus+gmd", "gril", "mask", "counterfactual"):
        assert make(other).cells() == {}, other
