"""Trained weights: which there are, under which licence, and how they are loaded."""

from afil_perception.pretrained.load import LoadedModel, ModelConfig, load_pretrained
from afil_perception.pretrained.weights import Weights

__all__ = ["LoadedModel", "ModelConfig", "Weights", "load_pretrained"]
