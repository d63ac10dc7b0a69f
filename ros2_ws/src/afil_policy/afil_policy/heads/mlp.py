"""The multilayer perceptron that most heads begin with."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from afil_core.schema import Schema


class MlpConfig(Schema):
    """Options of a head with hidden layers.

    Attributes:
        hidden: Widths of the hidden layers.
        norm: ``layer`` for LayerNorm before each activation.
        dropout: Share of a hidden layer that is dropped in training.
    """

    hidden: tuple[Annotated[int, Field(ge=1)], ...] = (256, 256)
    norm: Literal["none", "layer"] = "none"
    dropout: float = Field(0.0, ge=0, lt=1)


def mlp(config: MlpConfig, size: int, outputs: int) -> nn.Sequential:
    """Linear layers with (LayerNorm,) ReLU (and dropout) between them.

    Args:
        config: The hidden layers.
        size: Length of the input.
        outputs: Length of the output.
    """
    layers: list[nn.Module] = []
    widths = [size, *config.hidden]
    for before, after in pairwise(widths):
        layers.append(nn.Linear(before, after))
        if config.norm == "layer":
            layers.append(nn.LayerNorm(after))
        layers.append(nn.ReLU())
        if config.dropout > 0:
            layers.append(nn.Dropout(config.dropout))
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))
