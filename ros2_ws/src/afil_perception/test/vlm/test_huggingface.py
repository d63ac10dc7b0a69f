"""Qwen-VL and SmolVLM of real classes and tiny weights, through the loading code of real ones."""

import importlib.util
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from afil_core.errors import AfilError
from afil_perception.vlm import VLMS
from afil_perception.vlm.vlm import RunEndedError

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


def test_who_writes_and_who_waits_give_up_when_the_run_ends(tmp_path: Path) -> None:
    folder = tiny_vlm.build("qwen3", tmp_path / "qwen3")
    vlm = VLMS.select("hf", model=str(folder), max_tokens=20_000).build()
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(vlm.ask, "How many?", [IMAGE], Number) for _ in range(2)]
        while not vlm.meter.total().requests:
            time.sleep(0.05)
        time.sleep(1.0)
        vlm.stop()
        begun_s = time.monotonic()
    assert time.monotonic() - begun_s < 5
    assert all(isinstance(one.exception(), RunEndedError) for one in asked)


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
