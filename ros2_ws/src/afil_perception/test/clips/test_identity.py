import os

import pytest

from afil_core.saliency.provenance import InputFile
from afil_perception.clips import identity
from afil_perception.clips.identity import digest, input_files


def test_a_digest_depends_on_content_and_not_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2.0]}) == digest({"b": [2.0], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2}) != digest([{"a": 2}])


def test_the_recording_is_the_bag_and_not_what_is_said_of_it(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    (episode.path / ".hidden").write_text("x")
    (episode.path / "saliency").mkdir()
    assert set(input_files(episode.path, {})) == {"metadata.yaml", "episode_000000.mcap"}


def test_one_changed_byte_is_another_recording(make_episode, moving_carrot) -> None:
    episode = make_episode(moving_carrot)
    bag = next(episode.path.glob("*.mcap"))
    before = input_files(episode.path, {})
    content = bytearray(bag.read_bytes())
    content[len(content) // 2] ^= 1
    bag.write_bytes(content)
    after = input_files(episode.path, before)
    assert after[bag.name].hash != before[bag.name].hash
    assert after["metadata.yaml"] == before["metadata.yaml"]


def test_files_that_did_not_change_are_not_read_again(
    make_episode, moving_carrot, monkeypatch: pytest.MonkeyPatch
) -> None:
    episode = make_episode(moving_carrot)
    before = input_files(episode.path, {})
    read: list[str] = []

    def hashed(path) -> str:
        read.append(path.name)
        return "h"

    monkeypatch.setattr(identity, "_hash", hashed)
    assert input_files(episode.path, before) == before and read == []
    os.utime(episode.path / "metadata.yaml", ns=(1, 1))
    assert input_files(episode.path, before)["metadata.yaml"] == InputFile(
        size=before["metadata.yaml"].size, modified_ns=1, hash="h"
    )
    assert read == ["metadata.yaml"]
