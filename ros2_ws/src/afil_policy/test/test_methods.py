from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from afil_core.errors import AfilError
from afil_policy.config import AutofocusConfig, ModelConfig, TrainConfig
from afil_policy.methods import Batch, build_method
from afil_policy.models import SmallCnn, build_model
from afil_policy.models.attention import min_max, predict_attention

SIZE = (32, 48)
MODEL = ModelConfig(layers=((8, 4, 2), (8, 4, 2)), hidden=(16,))


def config(method: str = "autofocus", **autofocus: object) -> TrainConfig:
    settings = replace(AutofocusConfig(), **autofocus)  # type: ignore[arg-type]
    return TrainConfig(method=method, model=MODEL, autofocus=settings)


def model(**changes: object) -> SmallCnn:
    torch.manual_seed(0)
    return build_model(replace(MODEL, **changes), SIZE, 3, 2)  # type: ignore[arg-type]


def batch(seed: int = 0) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    maps = torch.zeros(4, *SIZE)
    maps[:, 8:16, 8:20] = 1.0
    return Batch(
        torch.randn(4, 3, *SIZE, generator=generator),
        torch.randn(4, 3, generator=generator),
        torch.randn(4, 2, generator=generator),
        maps,
    )


def features(seed: int = 0) -> Tensor:
    return torch.randn(2, 5, 6, 8, generator=torch.Generator().manual_seed(seed)) * 3


@pytest.mark.parametrize("size", [None, (24, 32)])
def test_attention_reaches_exactly_zero_and_one(size: tuple[int, int] | None) -> None:
    attention = predict_attention(features(), 1.0, size)
    assert attention.shape[1:] == (size or (6, 8))
    assert attention.amin(dim=(1, 2)).tolist() == [0.0, 0.0]
    assert attention.amax(dim=(1, 2)).tolist() == [1.0, 1.0]


def test_attention_follows_the_published_formula() -> None:
    z, tau = features(), 2.0
    m = torch.softmax(z.abs().sum(dim=1).flatten(1) / tau, dim=1).view(2, 6, 8)
    expected = torch.stack([(x - x.min()) / (x.max() - x.min()) for x in m])
    torch.testing.assert_close(predict_attention(z, tau), expected)


def test_attention_does_not_change_when_a_constant_is_added_to_the_strength() -> None:
    z = features().abs()
    torch.testing.assert_close(
        predict_attention(z, 1.0), predict_attention(z + 0.5, 1.0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("size", [None, (24, 32)])
def test_a_constant_feature_map_gives_no_nan_in_value_or_gradient(
    size: tuple[int, int] | None,
) -> None:
    z = torch.ones(2, 5, 6, 8, requires_grad=True)
    attention = predict_attention(z, 1.0, size)
    attention.sum().backward()
    assert torch.isfinite(attention).all()
    assert z.grad is not None
    assert torch.isfinite(z.grad).all()


def test_attention_has_a_gradient() -> None:
    z = features().requires_grad_()
    predict_attention(z, 1.0)[:, 2, 2].sum().backward()
    assert z.grad is not None
    assert float(z.grad.abs().sum()) > 0


def test_min_max_of_a_flat_map_is_zero() -> None:
    assert min_max(torch.full((1, 3, 3), 0.7)).tolist() == torch.zeros(1, 3, 3).tolist()


@pytest.mark.parametrize("resolution", ["map", "image"])
def test_perfect_alignment_has_no_regularisation_loss(resolution: str) -> None:
    method = build_method(config(resolution=resolution, temperature=1.0))
    z = features()
    size = None if resolution == "map" else (24, 32)
    target = predict_attention(z, 1.0, size)
    assert float(method.regularisation(z, target)) < 1e-9  # type: ignore[attr-defined]
    assert float(method.regularisation(features(1), target)) > 1e-3  # type: ignore[attr-defined]


def test_zero_weight_equals_behaviour_cloning_bit_for_bit() -> None:
    trained = []
    for settings in (config("bc"), config(weight=0.0)):
        network, method = model(), build_method(settings)
        optimiser = torch.optim.AdamW(network.parameters(), lr=1e-2)
        for step in range(5):
            optimiser.zero_grad()
            method.losses(network, batch(step)).total.backward()
            optimiser.step()
        trained.append(network.state_dict())
    for name, tensor in trained[0].items():
        assert torch.equal(tensor, trained[1][name]), name


def test_regularisation_moves_attention_to_the_key_object() -> None:
    network, method, data = model(), build_method(config(weight=10.0)), batch()
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    before = method.losses(network, data).terms["reg"].item()
    for _ in range(120):
        optimiser.zero_grad()
        method.losses(network, data).total.backward()
        optimiser.step()
    assert method.losses(network, data).terms["reg"].item() < 0.5 * before


def test_frames_without_key_objects_count_only_when_asked() -> None:
    z, empty = features(), torch.zeros(2, 24, 32)
    kept = build_method(config(skip_empty=False))
    skipped = build_method(config(skip_empty=True))
    assert float(skipped.regularisation(z, empty)) == 0.0  # type: ignore[attr-defined]
    assert float(kept.regularisation(z, empty)) > 0.0  # type: ignore[attr-defined]


def test_skipped_frames_do_not_dilute_the_others() -> None:
    z = features()
    maps = torch.zeros(2, 24, 32)
    maps[0, 4:8, 4:8] = 1
    method = build_method(config())
    both = float(method.regularisation(z, maps))  # type: ignore[attr-defined]
    alone = float(method.regularisation(z[:1], maps[:1]))  # type: ignore[attr-defined]
    assert both == pytest.approx(alone)


def test_an_unknown_method_lists_the_known_ones() -> None:
    with pytest.raises(AfilError, match="'gail'.*autofocus, bc"):
        build_method(config("gail"))


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(AfilError, match="'resnet'.*small_cnn"):
        model(name="resnet")


@pytest.mark.parametrize("head", ["spatial_softmax", "flatten"])
@pytest.mark.parametrize("norm", ["none", "group"])
def test_every_head_gives_actions_and_a_feature_map(head: str, norm: str) -> None:
    network = model(head=head, norm=norm)
    actions, z = network(batch().images, batch().proprioception)
    assert actions.shape == (4, 2)
    assert z.shape == (4, 8, 8, 12)


def test_spatial_softmax_finds_the_place_of_a_peak() -> None:
    network = model()
    z = torch.zeros(1, 8, 8, 12)
    z[0, 3, 0, 11] = 50.0
    x, y = network._keypoints(z)[0, 3]
    assert (float(x), float(y)) == pytest.approx((1.0, -1.0), abs=1e-4)


@pytest.mark.parametrize(("layers", "word"), [(((8, 3, 2),), "align"), (((8, 32, 32),), "1x1")])
def test_layers_that_fit_no_map_are_refused(
    layers: tuple[tuple[int, int, int], ...], word: str
) -> None:
    with pytest.raises(AfilError, match=word):
        model(layers=layers)


def test_the_default_network_stays_light_on_a_processor() -> None:
    network = build_model(ModelConfig(), (96, 128), 10, 7)
    z = torch.zeros(1, 3, 96, 128)
    products = 0
    for layer in network.encoder:
        z = layer(z)
        if isinstance(layer, torch.nn.Conv2d):
            products += z[0].numel() * layer.weight[0].numel()
    assert products < 30e6
