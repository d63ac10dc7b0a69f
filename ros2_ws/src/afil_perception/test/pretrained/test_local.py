import json
from pathlib import Path

import pytest

from afil_perception.pretrained.local import local_weights, weights_identity


def weights(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in ("config.json", *names):
        (folder / name).write_text("{}")
    return folder


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_folder_with_configuration_and_weights_is_here(tmp_path: Path, name: str) -> None:
    folder = weights(tmp_path / "mine", name)
    assert local_weights(str(folder)) == folder
    assert local_weights(str(weights(tmp_path / "none"))) is None
    assert local_weights(str(tmp_path / "nowhere")) is None


def test_what_the_hub_s_client_fetched_is_found_by_its_name(tmp_path: Path, fetched) -> None:
    assert local_weights("some/model") is None
    snapshot = fetched("some/model", weights(tmp_path / "mine", "model.safetensors"))
    assert local_weights("some/model") == snapshot
    # As after a download that was cut off: a link to what is not there yet.
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to(snapshot / "nowhere")
    assert local_weights("some/model") is None


def test_weights_in_parts_are_here_when_all_parts_are(tmp_path: Path) -> None:
    folder = weights(tmp_path / "mine", "model-1.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert local_weights(str(folder)) is None
    (folder / "model-2.safetensors").write_text("")
    assert local_weights(str(folder)) == folder


def test_other_weights_in_the_same_folder_are_others(tmp_path: Path) -> None:
    folder = weights(tmp_path / "mine", "model.safetensors")
    before = weights_identity(str(folder))
    assert before == weights_identity(str(folder))
    (folder / "model.safetensors").write_text("trained again")
    assert weights_identity(str(folder)) != before
    assert weights_identity("some/model") == ""
