"""Filter ``auto``: the VLM where one is named, else the instruction's order."""

from __future__ import annotations

from afil_perception.filter import FILTERS
from afil_perception.pipeline.automatic import ByVlm


class AutoFilter(ByVlm):
    """Stands for the VLM where one is named, else the instruction's order."""

    class Config(ByVlm.Config):
        """No options."""

        registry = FILTERS
