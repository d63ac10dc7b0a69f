"""VLM, describer, detector, tracker and filter of the toy package, in the pipeline."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from afil_core.episodes import list_episodes
from afil_core.saliency import Sidecar
from afil_perception.commands import perceive
from afil_perception.detect import DETECTORS
from afil_perception.vlm import VLMS

TOPIC = "/camera/image_raw"
ASKING = """
vlm:
  name: parrot
  sentences:
    - '{"keep": [{"number": 1, "why": "it turns"}]}'
    - '{"intent": "turn", "objects": [{"phrase": "dot", "role": "target"}]}'
describer: vlm
filter: vlm
detector: brightest
tracker: iou
"""


def perceived(dataset: Path, folder: Path, *overrides: str) -> Sidecar:
    """The sidecar of the first episode, with some other backends."""
    shutil.copytree(dataset, folder / "demos")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["perceive", "--dataset", str(folder / "demos"), *overrides])
        assert perceive.main() == 0
    return Sidecar(list_episodes(folder / "demos")[0].path)


@pytest.fixture(scope="module")
def sidecar(dataset, tmp_path_factory) -> Sidecar:
    chosen = ("describer=last_word", "detector=brightest", "tracker=key_frames", "filter=largest")
    return perceived(dataset, tmp_path_factory.mktemp("perceived"), *chosen)


def test_describer(sidecar) -> None:
    phrases = {o.phrase for _, objects in sidecar.key_objects(TOPIC) for o in objects}
    assert phrases == {"mark"}


def test_detector(sidecar) -> None:
    stamp_ns, objects = next(iter(sidecar.key_objects(TOPIC)))
    assert stamp_ns == 1_000_000_000
    x0, y0, x1, y1 = objects[0].box
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((24.5, 6.5)), "the mark is at the top"
    detector = DETECTORS.select("brightest", least=10).build()
    assert detector.detect([np.zeros((8, 8, 3), np.uint8)], []) == [[]]


def test_tracker(sidecar) -> None:
    frames = list(sidecar.key_objects(TOPIC))
    assert len(frames) == 16
    assert {o.id for _, objects in frames for o in objects} == {1}
    boxes = [objects[0].box for _, objects in frames]
    assert boxes[0] == boxes[3] != boxes[-1], "between two key frames nothing moves"


def test_filter(sidecar) -> None:
    assert all(len(objects) == 1 for _, objects in sidecar.key_objects(TOPIC))
    brightest = [int(saliency.max()) for _, saliency in sidecar.maps(TOPIC)]
    assert min(brightest) == 255


def test_vlm(dataset, tmp_path) -> None:
    (tmp_path / "perception.yaml").write_text(ASKING)
    found = perceived(dataset, tmp_path, "--config", str(tmp_path / "perception.yaml"))
    assert {o.phrase for _, objects in found.key_objects(TOPIC) for o in objects} == {"dot"}
    assert VLMS.select("parrot", sentences=("{}",)).build().stand_in_for


def test_engine(dataset, tmp_path) -> None:
    chosen = ("describer=last_word", "detector=brightest", "tracker=iou", "--engine", "backwards")
    found = perceived(dataset, tmp_path, *chosen)
    assert any(objects for _, objects in found.key_objects(TOPIC))
    last = Sidecar(list_episodes(tmp_path / "demos")[-1].path)
    assert any(objects for _, objects in last.key_objects(TOPIC))
