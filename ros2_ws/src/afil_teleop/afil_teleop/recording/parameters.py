"""Parameters of the recorder's node, and arguments of its launch file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from afil_core.bags import BagOptions, Split
from afil_core.schema import Schema


class RecordParameters(Schema):
    """Parameters of ``record_node``."""

    renamed = {"output": "dataset"}

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    dataset: str = Field(
        "demos", description="Folder of the dataset; existing episodes are kept and counted"
    )
    instruction: str = Field(
        "",
        description="The task in words; empty: what the simulated world says. Several with | "
        "between them: a person changes the task between episodes",
    )
    task: str = Field(
        "", description="Name of the task, for episode.yaml; of several, with commas"
    )
    operator: str = Field("unknown", description="Who demonstrates, for episode.yaml")
    cue: str = Field("", description="Simulated confounding cue, for episode.yaml")
    noise: str = Field("", description="Noise on the expert's commands, for episode.yaml")
    world: Literal["none", "lock_step", "real_time"] = Field(
        "none", description="Mode of the simulated world that is recorded; none for a robot"
    )
    episodes: int = Field(
        0,
        ge=0,
        description="Record until the dataset has so many, alone; 0: a person starts and saves",
    )
    reset: str = Field(
        "",
        description="What brings robot and scene back between episodes, e.g. "
        "'{name: trigger, services: [homing]}'; empty: a person",
    )
    first_seed: int = Field(0, ge=0, description="Seed of the first episode of a new dataset")
    compression: Literal["none", "zstd"] = Field(
        "none", description="Packs what is not packed already; zstd costs processor time"
    )
    images: Literal["contract", "raw", "jpeg", "png"] = Field(
        "contract", description="How raw cameras are kept: as the contract says, or all in one way"
    )
    split_mb: float = Field(
        0.0, ge=0, description="Next file of a recording at this size; 0: never"
    )
    split_s: float = Field(0.0, ge=0, description="Next file after so many seconds; 0: never")
    all: bool = Field(False, description="Record all topics that somebody publishes, too")
    preflight: Literal["start", "only"] = Field(
        "start", description="only: say whether an episode could start, and end with 0 or 1"
    )
    session_min: float = Field(
        5.0, ge=0, description="The disk must have room for so many minutes of messages"
    )

    @property
    def bag(self) -> BagOptions:
        """How bags are written."""
        split = Split(round(self.split_mb * 1e6), round(self.split_s * 1e9))
        return BagOptions(compress=self.compression == "zstd", split=split, background=True)

    @property
    def notes(self) -> dict[str, str]:
        """Texts for ``episode.yaml``."""
        named = {"task": self.task, "cue": self.cue, "noise": self.noise}
        return {name: text for name, text in named.items() if text}


class AutopilotParameters(Schema):
    """Parameters of ``autopilot_node``."""

    robot: str = Field("carla", description="Robot contract: name or YAML file")
