"""How a run is done; its results do not follow from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_perception.engines import ENGINES, Engine


class RunConfig(Schema):
    """How a run is done.

    Attributes:
        engine: Where episodes are perceived.
        jobs: Episodes at once.
    """

    engine: Annotated[Selection[Engine], ENGINES] = Field(
        default_factory=lambda: ENGINES.select("threads")
    )
    jobs: int = Field(1, ge=1)
