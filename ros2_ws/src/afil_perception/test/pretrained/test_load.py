import sys
from pathlib import Path

import pytest
import torch
import transformers

from afil_core.errors import AfilError
from afil_perception.pretrained import ModelConfig, Weights, load_pretrained
from afil_perception.pretrained.load import device_of, dtype_of


def load(model: str | Path) -> None:
    load_pretrained(ModelConfig(model=str(model)), "Owlv2ForObjectDetection")


def test_weights_that_are_not_here_are_a_sentence_with_the_command_that_fetches_them() -> None:
    with pytest.raises(AfilError, match="`hf download nobody/nothing`"):
        load("nobody/nothing")


def test_the_hub_is_not_asked_about_weights(tmp_path: Path, fetched, monkeypatch) -> None:
    """By a name, transformers asks for an adapter over the network, for half a minute."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(AfilError, match="the weights nobody/nothing are not on this machine"):
        load("nobody/nothing")
    config = transformers.Dinov2Config(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        image_size=28,
    )  # fmt: skip
    transformers.Dinov2Model(config).save_pretrained(tmp_path / "tiny")
    fetched("some/model", tmp_path / "tiny")
    loaded = load_pretrained(ModelConfig(model="some/model", device="cpu"), "Dinov2Model")
    assert loaded.model.config.hidden_size == 8


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(AfilError, match="holds no weights of Owlv2ForObjectDetection"):
        load(tmp_path)
    with pytest.raises(AfilError, match="is no folder"):
        load(tmp_path / "nowhere")


def test_without_transformers_the_command_that_installs_it_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(AfilError, match="pip install -r requirements-models.txt"):
        load("nobody/nothing")


def test_a_device_that_is_not_there_is_a_sentence() -> None:
    count = torch.cuda.device_count()
    with pytest.raises(AfilError, match=f"this machine has {count} CUDA devices"):
        device_of(ModelConfig(model="m", device="cuda:9"))


def test_weights_are_float32_on_a_cpu_unless_told_otherwise() -> None:
    cpu = torch.device("cpu")
    assert dtype_of(ModelConfig(model="m"), cpu) == torch.float32
    assert dtype_of(ModelConfig(model="m"), torch.device("cuda")) == torch.bfloat16
    assert dtype_of(ModelConfig(model="m", dtype="float16"), cpu) == torch.float16


def test_weights_know_the_command_that_fetches_them() -> None:
    assert Weights("a/b", 10, "MIT").fetch == "hf download a/b"
