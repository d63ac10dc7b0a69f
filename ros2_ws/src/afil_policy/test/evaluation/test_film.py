from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from afil_core.errors import AfilError
from afil_policy.evaluation.film import Film, films

FRAME = np.zeros((48, 64, 3), dtype=np.uint8)


def test_every_other_frame_of_an_episode_is_in_its_film(tmp_path: Path) -> None:
    film = Film(tmp_path / "unseen.json", 1000, 20.0)
    for value in range(0, 250, 50):
        film.add(FRAME + np.uint8(value))
    assert not films(tmp_path / "unseen.json")
    assert film.close() and film.frames == 5
    (path,) = films(tmp_path / "unseen.json")
    assert path == tmp_path / "unseen" / "seed_1000.webm"
    reader = cv2.VideoCapture(str(path))
    shown = [reader.read() for _ in range(4)]
    assert [ok for ok, _ in shown] == [True, True, True, False]
    assert [round(float(image.mean()), -1) for ok, image in shown if ok] == [0, 100, 200]
    assert shown[0][1].shape[1] == 320


def test_an_episode_that_nobody_saw_has_no_film(tmp_path: Path) -> None:
    film = Film(tmp_path / "unseen.json", 1000, 20.0)
    assert not film.close()
    assert not films(tmp_path / "unseen.json")


def test_a_slow_encoder_does_not_hold_its_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = threading.Event()

    def slow(*words: object) -> np.ndarray:
        assert going_on.wait(20)
        return convert(*words)

    convert = cv2.cvtColor
    monkeypatch.setattr(cv2, "cvtColor", slow)
    film = Film(tmp_path / "unseen.json", 1000, 20.0)
    for _ in range(10):
        film.add(FRAME)
    going_on.set()
    assert film.close()


def test_an_opencv_without_the_codec_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afil_policy.evaluation.film._CODEC", "NONE")
    film = Film(tmp_path / "unseen.json", 1000, 20.0)
    film.add(FRAME)
    with pytest.raises(AfilError, match="no encoder for WebM"):
        film.close()
