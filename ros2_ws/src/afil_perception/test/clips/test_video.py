from pathlib import Path

import numpy as np
import pytest

from afil_core.episodes import Episode, list_episodes
from afil_core.errors import AfilError
from afil_perception.clips.video import Video, import_video


def test_a_video_becomes_an_episode_with_its_size_and_rate(
    tmp_path: Path, make_video, moving_carrot
) -> None:
    video = make_video(moving_carrot, fps=25.0)
    episode = Episode(import_video(video, tmp_path / "demos", "lift the carrot"))
    assert episode.metadata.instruction == "lift the carrot"
    assert episode.metadata.success is None
    assert episode.contract.action is None
    assert episode.contract.control_rate_hz == 25.0
    assert episode.contract.stream("image").shape == (120, 160, 3)
    images = list(episode.images("image"))
    assert [stamp for stamp, _ in images] == [1_000_000_000 + k * 40_000_000 for k in range(10)]
    # a lossy codec, but RGB must not come out as BGR
    r, g, b = (int(v) for v in images[0][1][60, 30])
    assert r > g > b


def test_the_rate_can_be_overridden(tmp_path: Path, make_video, moving_carrot) -> None:
    path = import_video(make_video(moving_carrot), tmp_path / "demos", "lift the carrot", 5.0)
    assert [stamp for stamp, _ in Episode(path).images("image")][1] == 1_200_000_000


def test_videos_are_added_beside_each_other(tmp_path: Path, make_video, moving_carrot) -> None:
    video = make_video(moving_carrot)
    for _ in range(2):
        import_video(video, tmp_path / "demos", "lift the carrot")
    assert len(list_episodes(tmp_path / "demos")) == 2


def broken(tmp_path: Path, kind: str, make_video, frames) -> Path:
    path = tmp_path / "bad.avi"
    if kind == "text":
        path.write_text("this is no video")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut":
        whole = make_video(frames * 10, "whole.avi").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize("kind", ["text", "empty", "cut", "missing"])
def test_a_broken_video_is_named_and_leaves_no_episode(
    tmp_path: Path, make_video, moving_carrot, kind: str
) -> None:
    path = broken(tmp_path, kind, make_video, moving_carrot)
    with pytest.raises(AfilError, match=r"video .*bad\.avi"):
        import_video(path, tmp_path / "demos", "lift the carrot")
    demos = tmp_path / "demos"
    assert not demos.exists() or not [p for p in demos.iterdir() if not p.name.startswith(".")]


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan")])
def test_an_impossible_rate_is_refused(tmp_path: Path, make_video, moving_carrot, fps) -> None:
    with pytest.raises(AfilError, match="fps-override"):
        import_video(make_video(moving_carrot), tmp_path / "demos", "lift the carrot", fps)


def test_frames_are_contiguous_rgb(tmp_path: Path, make_video) -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[:, :, 2] = 255
    _, frame = next(Video(make_video([blue])).frames())
    assert frame.flags["C_CONTIGUOUS"] and frame[32, 32, 2] > 200 and frame[32, 32, 0] < 60
