import numpy as np
import pytest

from afil_core.codecs import encode_image
from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_perception.clips import episode as module
from afil_perception.clips.episode import EpisodeClip


def indices(frames) -> list[int]:
    return [f.index for f in frames]


def test_frames_come_in_order_with_the_stamps_of_their_images(make_episode, moving_carrot) -> None:
    clip = EpisodeClip(make_episode(moving_carrot), "image", "r")
    frames = list(clip)
    assert len(clip) == 10 and indices(frames) == list(range(10))
    assert [f.stamp_ns for f in frames] == [10**9 + k * 50_000_000 for k in range(10)]
    np.testing.assert_array_equal(frames[3].rgb, moving_carrot[3])


def test_any_frame_can_be_read_alone(make_episode, moving_carrot) -> None:
    clip = EpisodeClip(make_episode(moving_carrot), "image", "r")
    for index in (7, 0, 9, 0):
        frame = clip.frame(index)
        assert (frame.index, frame.stamp_ns) == (index, 10**9 + index * 50_000_000)
        np.testing.assert_array_equal(frame.rgb, moving_carrot[index])


def test_a_bad_message_costs_its_frame(make_episode, moving_carrot) -> None:
    small = encode_image(np.zeros((8, 8, 3), np.uint8), 1, "camera")
    frames = [*moving_carrot[:4], b"\x00\x01\x00\x00", small, *moving_carrot[6:]]
    clip = EpisodeClip(make_episode(frames), "image", "r")
    assert indices(clip) == [0, 1, 2, 3, 6, 7, 8, 9]
    assert list(clip.lost) == [4, 5]
    assert "not a valid sensor_msgs/msg/Image" in clip.lost[4].text
    assert "/camera/image_raw" in clip.lost[5].text and "[120, 160, 3]" in clip.lost[5].text
    with pytest.raises(AfilError, match="not a valid"):
        clip.frame(4)


def test_a_frame_without_a_time_is_lost(make_episode, moving_carrot) -> None:
    frames = list(moving_carrot)
    frames[3] = encode_image(frames[3], 0, "camera")
    clip = EpisodeClip(make_episode(frames), "image", "r")
    assert indices(clip) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert "stamp 0" in clip.lost[3].text


def test_a_clip_whose_clock_was_set_is_read_as_it_was_written(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot, step_ns=-50_000_000)
    said = episode.path / "episode.yaml"
    said.write_text(said.read_text().replace("clock_steps: 0", "clock_steps: 9"))
    clip = EpisodeClip(Episode(episode.path), "image", "r")
    for frame, image in zip(clip, moving_carrot, strict=True):
        np.testing.assert_array_equal(frame.rgb, image)
    clip = EpisodeClip(Episode(episode.path), "image", "r")
    np.testing.assert_array_equal(clip.frame(7).rgb, moving_carrot[7])


def test_frames_logged_at_the_same_time_are_told_apart(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot, step_ns=0)
    clip = EpisodeClip(episode, "image", "r")
    assert len(set(clip.times_ns)) == 1
    for index in (6, 2):
        np.testing.assert_array_equal(clip.frame(index).rgb, moving_carrot[index])


def test_recent_frames_are_not_decoded_again_and_old_ones_are_let_go(
    make_episode, moving_carrot, monkeypatch
) -> None:
    monkeypatch.setattr(module, "_RECENT_BYTES", 3 * moving_carrot[0].nbytes)
    clip = EpisodeClip(make_episode(moving_carrot), "image", "r")
    frames = list(clip)
    assert clip.frame(9) is frames[9] and clip.frame(7) is frames[7]
    again = clip.frame(2)
    assert again is not frames[2]
    np.testing.assert_array_equal(again.rgb, frames[2].rgb)


def test_a_clip_is_told_apart_by_its_recording_and_its_topic(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    one, same, other = (EpisodeClip(episode, "image", r).identity for r in ("a", "a", "b"))
    assert one == same != other
