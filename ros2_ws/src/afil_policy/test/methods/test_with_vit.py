"""Methods on a vision transformer: the attention of its tokens is what is pulled on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from afil_core import schema
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_policy.data.batch import Batch
from afil_policy.data.cache import open_cache
from afil_policy.encoders import ENCODERS
from afil_policy.heads import HEADS
from afil_policy.methods import METHODS
from afil_policy.methods.base import Method
from afil_policy.methods.spec import Camera, Spec
from afil_policy.pooling import POOLING
from afil_policy.training.checkpoint import load_checkpoint, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.trainer import Trainer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    config = transformers.Dinov2Config(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        patch_size=8,
        image_size=32,
        mlp_ratio=2,
    )
    folder = tmp_path_factory.mktemp("dinov2")
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder


def built(folder: Path, name: str, train: str, pooling: str, **options: Any) -> Method:
    torch.manual_seed(0)
    spec = Spec(
        cameras=(Camera("front", 32, 48),),
        proprioception=3,
        actions=2,
        encoder=ENCODERS.select("vit", model=str(folder), train=train),
        pooling=POOLING.select(pooling),
        head=HEADS.select("mse", hidden=[16]),
    )
    return METHODS.select(name, **options).build(spec)


@pytest.mark.parametrize(
    ("name", "term", "train", "pooling"),
    [
        ("autofocus", "reg", "full", "summary"),
        ("autofocus", "reg", "lora", "summary"),
        ("autofocus", "reg", "frozen", "attentive"),
        ("heads", "heads", "full", "summary"),
    ],
)
def test_attention_of_tokens_moves_to_the_key_object(
    folder: Path, sample: Callable[..., Batch], name: str, term: str, train: str, pooling: str
) -> None:
    method, batch = built(folder, name, train, pooling, weight=10.0).train(), sample()
    weights = [p for p in method.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(weights, lr=1e-2)
    before = method.loss(batch).terms[term].item()
    for _ in range(40):
        optimizer.zero_grad()
        method.loss(batch).total.backward()
        optimizer.step()
    assert method.loss(batch).terms[term].item() < 0.7 * before


@pytest.mark.parametrize(
    ("name", "term"), [("autofocus", "reg"), ("heads", "heads"), ("contrastive", "contrast")]
)
def test_a_term_that_a_frozen_network_leaves_without_effect_is_a_sentence(
    folder: Path, sample: Callable[..., Batch], name: str, term: str
) -> None:
    method, batch = built(folder, name, "frozen", "spatial_softmax"), sample()
    with pytest.raises(AfilError, match=f"'{term}' of the loss has no gradient.*attentive.*lora"):
        method.loss(batch)
    with torch.no_grad():
        assert term in method.loss(batch).terms
    assert term in method.eval().loss(batch).terms
    assert built(folder, name, "frozen", "spatial_softmax", weight=0.0).loss(batch).total > 0


def test_a_trained_policy_loads_where_the_pretrained_weights_are_not(
    dataset: Path, contract: Contract, folder: Path, tmp_path: Path
) -> None:
    text = f"""
method: autofocus
data: {{height: 24, width: 32, validation_fraction: 0.2}}
encoder: {{name: vit, model: {folder}, train: lora}}
pooling: summary
instruction: {{name: embedding, width: 4}}
optimizer: {{epochs: 1, batch_size: 16, ema: 0.5}}
"""
    config = schema.parse(TrainConfig, text, "vit.yaml")
    cache = open_cache(dataset, config.data, tmp_path / "cache", needs_saliency=True)
    trainer = Trainer(config, cache, tmp_path / "run")
    result = trainer.run()
    save_checkpoint(trainer.checkpoint(tmp_path / "run/checkpoint", result.rows), result.weights)
    moved = folder.with_name("moved")
    folder.rename(moved)
    try:
        checkpoint = load_checkpoint(tmp_path / "run")
        method = checkpoint.method()
    finally:
        moved.rename(folder)
    for key, tensor in method.state_dict().items():
        assert torch.equal(tensor, result.weights[key]), key
    blank = {s.name: s.blank() for s in contract.observations}
    assert method.act(checkpoint.transform()([blank])).shape == (1, 1, 7)
