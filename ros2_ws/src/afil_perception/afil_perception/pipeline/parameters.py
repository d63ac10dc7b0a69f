"""The parameters of perceive_node, which its launch file has as arguments."""

from __future__ import annotations

from pydantic import Field

from afil_core.schema import Schema, parse_yaml, read
from afil_perception.pipeline.run_config import RunConfig


class PerceiveParameters(Schema):
    """What perceive_node is told."""

    renamed = {"demos": "dataset"}

    dataset: str = Field("demos", min_length=1, description="Folder of the episodes")
    publish: bool = Field(
        False, description="Publish images, key objects and maps while perceiving"
    )
    config: str = Field("", description="Perception configuration (YAML); empty for the defaults")
    jobs: int = Field(1, ge=1, description="Episodes at once")
    engine: str = Field(
        "threads",
        min_length=1,
        description="threads (this process), ray, or {name: ray, address: ..., gpus_per_job: 1}",
    )

    def how(self) -> RunConfig:
        """How the run is done.

        Raises:
            AfilError: When there is no such engine, or it has no such options.
        """
        engine = parse_yaml(self.engine, "engine")
        return read(RunConfig, {"engine": engine, "jobs": self.jobs}, "engine and jobs")
