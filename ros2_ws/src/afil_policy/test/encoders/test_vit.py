"""Vision transformers, with the real classes and tiny weights made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from afil_core.errors import AfilError
from afil_policy.encoders import ENCODERS
from afil_policy.encoders.base import Encoder, Stack
from afil_policy.encoders.pretrained import ImagenetScale, restoring

SIZE = (32, 48)
FRAME = Stack()
TINY: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "patch_size": 8,
    "image_size": 32,
}
KINDS = {
    "vit": transformers.ViTConfig(**TINY),
    "dinov2": transformers.Dinov2Config(**TINY, mlp_ratio=2),
    "dinov3": transformers.DINOv3ViTConfig(**TINY, num_register_tokens=3),
    "siglip": transformers.SiglipVisionConfig(**TINY),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    torch.manual_seed(0)
    made = {}
    for name, config in KINDS.items():
        made[name] = tmp_path_factory.mktemp(name)
        transformers.AutoModel.from_config(config).save_pretrained(made[name])
    return made


def build(folder: Path, stack: Stack = FRAME, **options: Any) -> Encoder:
    return ENCODERS.select("vit", model=str(folder), **options).build(stack, SIZE).eval()


@pytest.mark.parametrize("kind", ["dinov2", "dinov3", "vit"])
@pytest.mark.parametrize("frames", [1, 2])
def test_tokens_lie_on_their_grid_and_attention_is_the_last_layers(
    folders: dict[str, Path], kind: str, frames: int
) -> None:
    encoder = build(folders[kind], Stack(frames))
    images = torch.rand(2, 3 * frames, *SIZE) * 2 - 1
    found = encoder(images)
    assert tuple(found.map.shape[1:]) == encoder.shape == (16 * frames, 4, 6)
    theirs = transformers.AutoModel.from_pretrained(folders[kind], attn_implementation="eager")
    more = {"interpolate_pos_encoding": True} if kind == "vit" else {}
    newest = ImagenetScale(Stack())(images[:, -3:])
    out = theirs.eval()(pixel_values=newest, output_attentions=True, **more)
    prefix = 4 if kind == "dinov3" else 1
    tokens = out.last_hidden_state[:, prefix:]
    torch.testing.assert_close(found.map[:, -16:, 2, 5], tokens[:, 2 * 6 + 5])
    torch.testing.assert_close(
        found.heads.flatten(2), out.attentions[-1][:, :, 0, prefix:].contiguous()
    )
    torch.testing.assert_close(found.attention, found.heads.mean(dim=1))
    torch.testing.assert_close(found.summary[:, -16:], out.last_hidden_state[:, 0])


def test_without_a_class_token_attention_is_the_mean_over_all_patches(
    folders: dict[str, Path],
) -> None:
    encoder = build(folders["siglip"])
    found = encoder(torch.rand(2, 3, *SIZE))
    assert tuple(found.map.shape[1:]) == encoder.shape == (16, 4, 6)
    torch.testing.assert_close(found.heads.sum(dim=(2, 3)), torch.ones(2, 2))
    torch.testing.assert_close(found.summary, found.map.mean(dim=(2, 3)))


def trained(encoder: Encoder) -> set[str]:
    return {name for name, p in encoder.named_parameters() if p.requires_grad}


def test_what_is_trained_is_what_was_chosen(folders: dict[str, Path]) -> None:
    assert not trained(build(folders["dinov2"]))
    full = build(folders["dinov2"], train="full")
    assert len(trained(full)) == len(list(full.parameters()))
    adapted = trained(build(folders["dinov2"], train="lora", lora_rank=2))
    assert adapted
    assert all("lora" in name and ("q_proj" in name or "v_proj" in name) for name in adapted)


def test_adapters_begin_as_the_network_itself_and_get_gradients(folders: dict[str, Path]) -> None:
    images = torch.rand(1, 3, *SIZE)
    plain, adapted = (build(folders["dinov2"], train=t) for t in ("full", "lora"))
    torch.testing.assert_close(plain(images).map, adapted(images).map)
    adapted(images).attention.square().sum().backward()
    assert any(p.grad is not None and p.grad.any() for p in adapted.parameters())


def test_a_frozen_network_stays_in_evaluation_and_keeps_no_graph(
    folders: dict[str, Path],
) -> None:
    encoder = build(folders["dinov2"]).train()
    assert encoder.training
    assert not encoder.network.training
    assert not encoder(torch.rand(1, 3, *SIZE)).map.requires_grad


@pytest.mark.parametrize("train", ["frozen", "lora", "full"])
def test_a_checkpoint_holds_all_of_it(folders: dict[str, Path], train: str) -> None:
    encoder = build(folders["dinov3"], train=train)
    state = {f"encoder.encoders.front.{k}": v for k, v in encoder.state_dict().items()}
    selection = ENCODERS.select("vit", model="/nowhere", train=train)
    with restoring(state):
        again = selection.build(Stack(), SIZE).eval()
    again.load_state_dict(encoder.state_dict())
    images = torch.rand(1, 3, *SIZE)
    assert torch.equal(again(images).map, encoder(images).map)


def test_a_checkpoint_of_another_version_of_transformers_loads(folders: dict[str, Path]) -> None:
    encoder = build(folders["dinov2"])
    state = encoder.state_dict()
    words = json.loads(bytes(state["architecture"].tolist()))
    words |= {"transformers_version": "4.9", "of_another_version": [1, 2]}
    del words["_name_or_path"], words["architectures"]
    text = list(json.dumps(words).encode())
    assert len(text) != len(state["architecture"])
    state["architecture"] = torch.tensor(text, dtype=torch.uint8)
    with restoring({f"encoder.encoders.front.{k}": v for k, v in state.items()}):
        again = ENCODERS.select("vit", model="/nowhere").build(FRAME, SIZE).eval()
    again.load_state_dict(state)
    images = torch.rand(1, 3, *SIZE)
    assert torch.equal(again(images).map, encoder(images).map)
    # It is saved again as it was.
    assert torch.equal(again.state_dict()["architecture"], state["architecture"])


def test_random_weights_are_those_of_the_same_network(folders: dict[str, Path]) -> None:
    plain, random = build(folders["vit"]), build(folders["vit"], weights="none")
    assert plain.shape == random.shape
    images = torch.rand(1, 3, *SIZE)
    assert not torch.allclose(plain(images).map, random(images).map)


def test_what_does_not_fit_is_a_sentence(folders: dict[str, Path]) -> None:
    with pytest.raises(AfilError, match=r"3 channel\(s\) behind them"):
        build(folders["vit"], Stack(3, added=3))
    with pytest.raises(AfilError, match=r"1 channel\(s\), as depth has"):
        build(folders["vit"], Stack(3, channels=1))
    with pytest.raises(AfilError, match=r"data\.height to 24 and data\.width to 48"):
        ENCODERS.select("vit", model=str(folders["vit"])).build(Stack(), (27, 50))
    with pytest.raises(AfilError, match="hf download nobody/nothing"):
        ENCODERS.select("vit", model="nobody/nothing").build(Stack(), SIZE)
