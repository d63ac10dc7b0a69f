"""Trained weights: which there are, under which licence, and how they are loaded."""

from afil_perception.pretrained.load import (
    INCIDENTAL,
    LoadedModel,
    ModelConfig,
    UnusableModelError,
    load_pretrained,
    require_pretrained,
)
from afil_perception.pretrained.weights import Weights

__all__ = [
    "INCIDENTAL",
    "LoadedModel",
    "ModelConfig",
    "UnusableModelError",
    "Weights",
    "load_pretrained",
    "require_pretrained",
]
