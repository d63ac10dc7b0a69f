"""Encoder, head and method of the toy package, trained."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from afil_policy.commands import train
from afil_policy.data.batch import Observation
from afil_policy.encoders.base import Features, Stack
from afil_policy.instructions import INSTRUCTIONS
from afil_policy.training.checkpoint import load_checkpoint


@pytest.fixture(scope="module")
def trained(dataset, tmp_path_factory):
    """A run of three epochs with all three of them."""
    run = tmp_path_factory.mktemp("run")
    words = ["train", "--dataset", str(dataset), "--output", str(run), "--threads", "1"]
    words += ["--log", "diary"]
    for override in (
        "method={name: two_views, noise: 0.1}",
        "encoder=patches",
        "encoder.patch=4",
        "pooling=strongest",
        "head=l1",
        "data.height=32",
        "data.width=48",
        "data.validation_fraction=0",
        "data.saliency={name: middle, share: 0.5}",
        "optimizer.epochs=3",
        "optimizer.batch_size=16",
    ):
        words += ["--set", override]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        assert train.main() == 0
    return load_checkpoint(run)


def test_encoder(trained) -> None:
    assert trained.config.encoder.name == "patches"
    encoder = trained.config.encoder.build(Stack(), (32, 48))
    found = encoder(torch.zeros(2, 3, 32, 48)).map
    assert found.shape == (2, *encoder.shape) == (2, 16, 8, 12)


def test_pooling(trained) -> None:
    assert trained.config.pooling.name == "strongest"
    pooling = trained.config.pooling.build((2, 1, 2))
    pooled = pooling(Features(torch.tensor([[[[1.0, 5.0]], [[-3.0, -2.0]]]])))
    torch.testing.assert_close(pooled, torch.tensor([[5.0, -2.0]]))


def test_instruction() -> None:
    letters = INSTRUCTIONS.select("letters").build(())
    told = Observation({}, torch.zeros(1, 1, 2), instructions=("turn it",))
    assert letters(told).shape == (1, letters.size)
    assert letters(told).sum() == 6


def test_head(trained) -> None:
    head = trained.config.head.build(10, 4, 2)
    actions, mask = torch.ones(3, 4, 2), torch.tensor([[True, True, False, False]] * 3)
    prediction = head(torch.zeros(3, 10))
    assert head.act(prediction).shape == (3, 4, 2)
    expected = (prediction - actions).abs()[:, :2].mean()
    torch.testing.assert_close(head.loss(prediction, actions, mask), expected)


def test_method(trained) -> None:
    assert trained.config.method.name == "two_views"
    assert trained.config.method.config.noise == 0.1
    assert any(name.endswith("views") for name in trained.training.final), "the log has its term"
    method = trained.method()
    seen = Observation({"top_image": torch.zeros(1, 1, 3, 32, 48)}, torch.zeros(1, 1, 2))
    assert method.act(seen).shape == (1, 1, 1)
    assert method.attention(seen)["top_image"].shape == (1, 8, 12)


def test_saliency_source(trained) -> None:
    class Store:
        episodes = np.zeros(2, np.int32)

        def saliency(self, camera, steps):
            return np.full((*steps.shape, 4, 8), 9, np.uint8)

    source = trained.config.data.saliency.build()
    found = source.maps(Store(), "top_image", np.array([0, 1]))
    assert found.shape == (2, 4, 8)
    assert found[0, 1:3, 2:6].all()
    assert found.sum() == 2 * 9 * 8


def test_logger(trained) -> None:
    diary = (trained.path.parent / "diary.txt").read_text(encoding="utf-8")
    assert [line.split()[0] for line in diary.splitlines()] == ["1", "2", "3"]
