"""The parameters of perceive_node, which its launch file has as arguments."""

from __future__ import annotations

from pydantic import Field

from afil_core.schema import Schema


class PerceiveParameters(Schema):
    """What perceive_node is told."""

    renamed = {"demos": "dataset"}

    dataset: str = Field("demos", min_length=1, description="Folder of the episodes")
    publish: bool = Field(
        False, description="Publish images, key objects and maps while perceiving"
    )
    config: str = Field("", description="Perception configuration (YAML); empty for the defaults")
