"""Describer ``auto``: the VLM where one is named, else the instruction's words."""

from __future__ import annotations

from afil_perception.describe import DESCRIBERS
from afil_perception.pipeline.automatic import ByVlm


class AutoDescriber(ByVlm):
    """Stands for the VLM where one is named, else the instruction's words."""

    class Config(ByVlm.Config):
        """No options."""

        registry = DESCRIBERS
