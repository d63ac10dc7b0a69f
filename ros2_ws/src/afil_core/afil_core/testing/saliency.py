"""Saliency sidecars as perception writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afil_core.bags import BagWriter
from afil_core.saliency.encoding import encode_map
from afil_core.saliency.provenance import (
    FORMAT_VERSION,
    PERCEPTION_FILE,
    Provenance,
    StreamRecord,
)
from afil_core.saliency.sidecar import Sidecar
from afil_core.saliency.topics import SALIENCY_TYPE, SIDECAR_QOS, saliency_topic
from afil_core.schema import to_yaml


def write_saliency(
    episode: Path, image_topic: str, maps: Iterable[tuple[int, NDArray[np.uint8]]]
) -> Sidecar:
    """Write a sidecar of maps.

    Args:
        episode: Folder of the episode.
        image_topic: The topic that the maps belong to.
        maps: Stamp (ns) of the image, and uint8 [H, W].
    """
    sidecar = Sidecar(episode)
    writer = BagWriter(sidecar.path)
    topic = saliency_topic(image_topic)
    writer.add_topic(topic, SALIENCY_TYPE, SIDECAR_QOS)
    count = 0
    for stamp_ns, values in maps:
        writer.write(topic, encode_map(values, stamp_ns, "camera"), stamp_ns)
        count += 1
    writer.close()
    stream = StreamRecord(topic=image_topic, keys={}, frames=count, frames_with_objects=count)
    provenance = Provenance(
        format_version=FORMAT_VERSION,
        instruction="",
        intent="",
        objects=(),
        problems=(),
        backends={"describe": "instruction", "detect": "color", "track": "iou"},
        stand_ins={"color": "an open-vocabulary detector"},
        inputs={},
        streams={"image": stream},
        config={},
    )
    (sidecar.path / PERCEPTION_FILE).write_text(to_yaml(provenance), encoding="utf-8")
    return sidecar
