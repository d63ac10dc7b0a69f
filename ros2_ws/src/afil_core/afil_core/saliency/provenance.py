"""How a sidecar was made: ``saliency/perception.yaml``, which is written last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from afil_core.schema import Schema

PERCEPTION_FILE = "perception.yaml"
FORMAT_VERSION = 2


class InputFile(Schema):
    """A file of the recording that was perceived.

    Attributes:
        size: In bytes.
        modified_ns: When it was changed last; it is hashed again when this or the size differs.
        hash: Of its content.
    """

    size: int
    modified_ns: int
    hash: str


class StreamRecord(Schema):
    """What was perceived of one image stream.

    Attributes:
        topic: The image topic.
        keys: By stage, the hash of all that its result follows from.
        frames: Frames with a map.
        frames_with_objects: Those in which a key object was kept.
        lost: Frames that could not be perceived.
        left_out: Which and why, a sentence; empty where none was lost.
        track_events: By kind, how often something looked wrong with the tracked instances
            (``lost``, ``area_jump``, ``identity_switch``); a kind that never did is not there.
    """

    topic: str
    keys: dict[str, str]
    frames: int
    frames_with_objects: int
    lost: int = 0
    left_out: str = ""
    track_events: dict[str, int] = Field(default_factory=dict)

    @property
    def lost_share(self) -> float:
        """Share of the stream's messages that could not be perceived."""
        return self.lost / max(self.frames + self.lost, 1)


class Provenance(Schema):
    """How a sidecar was made.

    Attributes:
        format_version: Of this file and of the sidecar's topics.
        instruction: The task in words.
        intent: What the describer makes of it, one sentence.
        objects: The phrases that were looked for.
        problems: Why some phrases could not be looked for, a sentence each.
        backends: By stage, the name of the backend.
        stand_ins: By name, those of them that stand in for something better, and for what.
        inputs: The recording's files, by name.
        streams: By name of the image stream.
        config: The perception configuration in the form of its YAML file.
        choices: By stage, which backend was chosen on that machine and why; those that the
            configuration names are not there.
    """

    format_version: int
    instruction: str
    intent: str
    objects: tuple[str, ...]
    problems: tuple[str, ...]
    backends: dict[str, str]
    stand_ins: dict[str, str]
    inputs: dict[str, InputFile]
    streams: dict[str, StreamRecord]
    config: dict[str, Any]
    choices: dict[str, str] = Field(default_factory=dict)

    def sentence(self) -> str:
        """Where the saliency comes from, and what stands in for what, for reports."""
        return backends_sentence(self.backends, self.stand_ins)


def backends_sentence(backends: Mapping[str, str], stand_ins: Mapping[str, str]) -> str:
    """The backends of perception, and which of them are stand-ins for something better.

    Args:
        backends: Name by stage.
        stand_ins: By name, what it stands in for.
    """
    used = ", ".join(f"{stage}: {name}" for stage, name in backends.items())
    text = f"Saliency was made by the backends {used}."
    if stand_ins:
        stands = ", ".join(f"{name} for {what}" for name, what in stand_ins.items())
        text += f" Stand-ins without trained weights: {stands}."
    return text
