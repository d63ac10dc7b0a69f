"""What a world is started with."""

from __future__ import annotations

from pathlib import Path

import yaml

from afil_core import schema
from afil_sim.running.parameters import WorldParameters

CONFIG = Path(__file__).resolve().parents[2] / "config" / "world.yaml"


def test_the_shipped_parameter_file_has_every_parameter_and_the_defaults():
    text = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    shipped = text["world_node"]["ros__parameters"]
    assert schema.read(WorldParameters, shipped, CONFIG.name) == WorldParameters()
    assert set(shipped) == set(WorldParameters.model_fields)
