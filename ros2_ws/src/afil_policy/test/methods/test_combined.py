"""Every two methods in one, in either order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from afil_core.errors import AfilError
from afil_policy.data.batch import Batch, Observation
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.methods.imitation import Imitation

Make = Callable[..., Method]
Sample = Callable[..., Batch]
# So small that each phase is seen, and each option that would be slow or does not fit.
OPTIONS = {
    "igmd": {"blocks": 1},
    "oreo": {"codes": 16, "width": 8, "versions": 2, "pretrain_steps": 1},
}
REFUSED = {frozenset({"oreo", "visarl"})}


def has_part(name: str) -> bool:
    kind = METHODS.select(name, **OPTIONS.get(name, {})).kind
    return issubclass(kind, Imitation) and kind.part is not None


PARTS = [name for name in METHODS.names() if name != "combined" and has_part(name)]


def listed(*names: str) -> list[dict[str, object]]:
    return [{"name": name, **OPTIONS.get(name, {})} for name in names]


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(PARTS, 2)))
def test_every_two_methods_train_and_act_or_are_refused_in_words(
    make: Make, sample: Sample, first: str, second: str
) -> None:
    options = {"pooling": "attentive" if "heads" in (first, second) else "", "frames": 2}
    methods = listed(first, second)
    if frozenset({first, second}) in REFUSED:
        with pytest.raises(AfilError, match=f"list (?:{first}|{second}) with"):
            make("combined", methods=methods, **options)
        return
    method, batch = make("combined", methods=methods, **options), sample(frames=2)
    optimizer = torch.optim.SGD(method.parameters(), lr=1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        loss = method.train().loss(batch).total
        loss.backward()
        optimizer.step()
        assert torch.isfinite(loss)
    seen = Observation(batch.images, batch.proprioception)
    assert method.eval().act(seen).shape == (4, 1, 2)
    assert method.loss(batch).total.shape == ()
    assert method.attention(seen)["front"].shape == (4, 8, 12)


def test_a_mask_is_on_the_image_and_not_on_the_channel_behind_it(
    make: Make, sample: Sample
) -> None:
    batch, found = sample(), []
    for names in (("mask", "visarl"), ("visarl", "mask")):
        method = make("combined", methods=listed(*names)).eval()
        found.append(method.encode(batch.images, batch.saliency_history)["front"].map)
    assert torch.equal(*found)
    masked = make("mask").parts[0].images(batch.images, batch.saliency_history)
    with_channel = make("visarl").parts[0].images(masked, batch.saliency_history)
    assert torch.equal(found[0], method.encoder.features(with_channel)["front"].map)


def test_gmd_drops_other_places_of_each_version_that_oreo_makes(
    make: Make, sample: Sample
) -> None:
    oreo = {"name": "oreo", "drop": 0.0, "codes": 4, "width": 4, "versions": 3}
    method = make("combined", methods=[oreo, "gmd"])
    seen = method.see(sample(), sample().saliency_history)
    versions = seen.used["front"].map.unflatten(0, (4, 3))
    plain = seen.features["front"].map
    for version in versions.unbind(1):
        kept = version != 0
        assert torch.equal(version[kept], plain[kept])
    assert not torch.equal(versions[:, 0], versions[:, 1])


def test_contrastive_compares_what_the_policy_sees(make: Make, sample: Sample) -> None:
    batch = sample()
    method = make("combined", methods=listed("mask", "contrastive"))
    part = method.parts[1]
    near, far = part.blurred(batch.images["front"], batch.saliency_history["front"])
    maps = [
        method.encode({"front": each}, batch.saliency_history)["front"].map
        for each in (batch.images["front"], near, far)
    ]
    expected = part.triplet(*maps).mean()
    torch.testing.assert_close(method.loss(batch).terms["contrast"], expected)
