from pathlib import Path

import numpy as np
import pytest

from afil_core.bags import BagWriter
from afil_core.errors import AfilError
from afil_core.saliency import KeyObject, Provenance, Sidecar, key_objects_topic, saliency_topic
from afil_core.saliency.encoding import encode_key_objects, encode_map
from afil_core.saliency.provenance import FORMAT_VERSION, InputFile, StreamRecord
from afil_core.saliency.topics import KEY_OBJECTS_TYPE, SALIENCY_TYPE, SIDECAR_QOS
from afil_core.schema import to_yaml

TOPIC = "/camera/image_raw"
CUP = KeyObject(3, "cup", 0.5, (10.0, 20.0, 30.0, 60.0))
PROVENANCE = Provenance(
    format_version=FORMAT_VERSION,
    instruction="lift the cup",
    intent="the cup is lifted",
    objects=("cup",),
    problems=(),
    backends={"describe": "instruction", "track": "iou"},
    stand_ins={"instruction": "a vision-language model", "iou": "SAM 2"},
    inputs={"a.mcap": InputFile(size=1, modified_ns=2, hash="3")},
    streams={
        "image": StreamRecord(
            topic=TOPIC, keys={"describe": "4"}, frames=9, frames_with_objects=2, lost=1
        )
    },
    config={"max_lost_share": 0.1, "vlm": None},
)


@pytest.fixture
def sidecar(tmp_path: Path) -> Sidecar:
    """Three maps with their key objects, the second without any."""
    sidecar = Sidecar(tmp_path / "episode_000000")
    writer = BagWriter(sidecar.path)
    writer.add_topic(key_objects_topic(TOPIC), KEY_OBJECTS_TYPE, SIDECAR_QOS)
    writer.add_topic(saliency_topic(TOPIC), SALIENCY_TYPE, SIDECAR_QOS)
    for k in range(3):
        objects = encode_key_objects([] if k == 1 else [CUP], 100 + k, "camera")
        writer.write(key_objects_topic(TOPIC), objects, 100 + k)
        values = np.full((2, 3), k, np.uint8)
        writer.write(saliency_topic(TOPIC), encode_map(values, 100 + k, "camera"), 100 + k)
    writer.close()
    (sidecar.path / "perception.yaml").write_text(to_yaml(PROVENANCE))
    return sidecar


def test_maps_and_key_objects_come_with_the_stamps_of_their_images(sidecar) -> None:
    assert sidecar.exists()
    assert [(s, m.shape, int(m.max())) for s, m in sidecar.maps(TOPIC)] == [
        (100, (2, 3), 0),
        (101, (2, 3), 1),
        (102, (2, 3), 2),
    ]
    assert list(sidecar.key_objects(TOPIC)) == [(100, [CUP]), (101, []), (102, [CUP])]


def test_the_provenance_is_read_back(sidecar) -> None:
    assert sidecar.provenance == PROVENANCE
    assert sidecar.provenance.streams["image"].lost_share == 0.1


def test_a_report_says_what_stands_in_for_what() -> None:
    assert PROVENANCE.sentence() == (
        "Saliency was made by the backends describe: instruction, track: iou. Stand-ins without "
        "trained weights: instruction for a vision-language model, iou for SAM 2."
    )
    real = PROVENANCE.model_copy(update={"stand_ins": {}})
    assert real.sentence().endswith("track: iou.")


@pytest.mark.parametrize(("read", "what"), [("maps", "saliency maps"), ("key_objects", "key obj")])
def test_what_is_not_there_names_the_command_that_makes_it(sidecar, tmp_path, read, what) -> None:
    none = Sidecar(tmp_path / "none")
    assert not none.exists()
    for place, topic in ((none, TOPIC), (sidecar, "/other")):
        with pytest.raises(AfilError, match=rf"has no {what}.*perceive.launch.py dataset:="):
            list(getattr(place, read)(topic))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("backends: {detect: colour}\nformat_version: 1", "format_version is 1, but this AFIL"),
        ("[1]", "format_version is None"),
        ("a: [", "is not valid YAML"),
        (f"format_version: {FORMAT_VERSION}", "instruction is missing"),
    ],
)
def test_a_provenance_that_can_not_be_read_is_named(sidecar, text: str, sentence: str) -> None:
    (sidecar.path / "perception.yaml").write_text(text)
    with pytest.raises(AfilError, match=rf"perception\.yaml.* {sentence}"):
        _ = sidecar.provenance


def test_a_missing_provenance_is_named(sidecar) -> None:
    (sidecar.path / "perception.yaml").unlink()
    with pytest.raises(AfilError, match=r"perception\.yaml cannot be read .*perceive.launch.py"):
        _ = sidecar.provenance
