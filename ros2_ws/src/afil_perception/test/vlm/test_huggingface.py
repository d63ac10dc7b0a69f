"""Qwen-VL and SmolVLM of real classes and tiny weights, through the loading code of real ones."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from afil_core.errors import AfilError
from afil_perception.vlm import VLMS

_SPEC = importlib.util.spec_from_file_location("tiny_vlm", Path(__file__).with_name("tiny_vlm.py"))
tiny_vlm = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(tiny_vlm)

IMAGE = np.random.default_rng(0).integers(0, 255, (60, 90, 3)).astype(np.uint8)


class Number(BaseModel):
    n: int


@pytest.mark.parametrize("kind", ["qwen2_5", "qwen3", "smol"])
def test_what_the_model_writes_is_the_answer(kind: str, tmp_path: Path) -> None:
    folder = tiny_vlm.build(kind, tmp_path / kind, '{"n":3}')
    vlm = VLMS.select("hf", model=str(folder), max_tokens=20).build()
    assert vlm.ask("How many?", [IMAGE, IMAGE], Number) == Number(n=3)
    use = vlm.meter.total()
    assert use.requests == 1 and use.output_tokens < 20
    # The images are among the tokens that were sent: 3 x 4 merged patches each, at least.
    assert use.input_tokens > 2 * 4


@pytest.mark.parametrize("kind", ["qwen2_5", "qwen3", "smol"])
def test_a_model_that_babbles_is_one_sentence(kind: str, tmp_path: Path) -> None:
    folder = tiny_vlm.build(kind, tmp_path / kind)
    vlm = VLMS.select("hf", model=str(folder), max_tokens=8, answers=2).build()
    with pytest.raises(AfilError, match="no Number in 2 answers"):
        vlm.ask("How many?", [IMAGE], Number)
    assert vlm.meter.total().requests == 2


def test_a_package_that_a_model_needs_is_named(tmp_path: Path, monkeypatch) -> None:
    folder = tiny_vlm.build("smol", tmp_path / "smol")
    place = "transformers.models.smolvlm.processing_smolvlm.num2words"
    monkeypatch.setattr(place, None)
    vlm = VLMS.select("hf", model=str(folder)).build()
    with pytest.raises(AfilError, match="needs a package that is not installed .*num2words"):
        vlm.ask("How many?", [IMAGE], Number)


def test_weights_that_are_not_there_are_named_with_what_fetches_them() -> None:
    vlm = VLMS.select("hf", model="nobody/nothing").build()
    with pytest.raises(AfilError, match="hf download nobody/nothing"):
        vlm.ask("How many?", [], Number)
