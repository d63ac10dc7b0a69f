"""Everything that decides the result of a training run, apart from the data.

Knows no torch until a choice of a network is read: the registries import what is chosen.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_policy.data.config import AugmentationConfig, DataConfig
from afil_policy.encoders import ENCODERS
from afil_policy.heads import HEADS
from afil_policy.instructions import INSTRUCTIONS
from afil_policy.methods import METHODS
from afil_policy.pooling import POOLING


class OptimizerConfig(Schema):
    """How the weights are found.

    Attributes:
        epochs: Passes over the training episodes.
        batch_size: Samples per step, of each process where several train together.
        learning_rate: Peak learning rate of AdamW.
        weight_decay: AdamW's decoupled decay.
        schedule: ``cosine`` (to zero), ``step`` (half every ``step_epochs``) or ``constant``.
        step_epochs: Epochs between halvings of the ``step`` schedule.
        warmup_steps: Steps of linear warm-up.
        gradient_clip: Largest gradient norm; zero for none.
        ema: Decay of the averaged weights that are saved; zero for none.
    """

    epochs: int = Field(20, ge=1)
    batch_size: int = Field(64, ge=1)
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(1e-4, ge=0)
    schedule: Literal["cosine", "step", "constant"] = "cosine"
    step_epochs: int = Field(50, ge=1)
    warmup_steps: int = Field(50, ge=0)
    gradient_clip: float = Field(1.0, ge=0)
    ema: float = Field(0.0, ge=0, lt=1)


class TrainingConfig(Schema):
    """How the loop runs, and what of it is kept.

    Attributes:
        precision: Of the networks' arithmetic: ``fp32``, or mixed with ``bf16`` or ``fp16``.
        compile: Whether torch compiles the method; pays on a GPU, after a minute or more.
        keep: Which weights become the checkpoint: ``last``, or the ``best`` by validation loss
            (by training loss where nothing is held out).
        patience_epochs: Ends the run when the loss has had no new best for so long; zero never.
        checkpoint_epochs: Writes ``checkpoints/epoch_<n>`` every so many epochs; zero never.
    """

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    compile: bool = False
    keep: Literal["last", "best"] = "last"
    patience_epochs: int = Field(0, ge=0)
    checkpoint_epochs: int = Field(0, ge=0)


class TrainConfig(Schema):
    """Everything that decides the result of a training run, apart from the data.

    Attributes:
        method: What is trained, and how.
        seed: Seed of weights, order, augmentation and episode split.
        data: What the policy sees and learns from.
        augmentation: Random changes of training images.
        encoder: Images to features.
        pooling: Features to a vector.
        instruction: The task in words to a vector beside it.
        head: That vector to actions.
        optimizer: How the weights are found.
        training: How the loop runs, and what of it is kept.
    """

    renamed = {
        "optimisation": "optimizer",
        "optimiser": "optimizer",
        "model": "encoder, pooling and head",
        "autofocus": "method: {name: autofocus, ...}",
    }

    method: Annotated[Selection[Any], METHODS] = Field(
        default_factory=lambda: METHODS.select("bc")
    )
    seed: int = Field(0, ge=0, lt=2**31)
    data: DataConfig = DataConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    encoder: Annotated[Selection[Any], ENCODERS] = Field(
        default_factory=lambda: ENCODERS.select("small_cnn")
    )
    pooling: Annotated[Selection[Any], POOLING] = Field(
        default_factory=lambda: POOLING.select("spatial_softmax")
    )
    instruction: Annotated[Selection[Any], INSTRUCTIONS] = Field(
        default_factory=lambda: INSTRUCTIONS.select("ignored")
    )
    head: Annotated[Selection[Any], HEADS] = Field(default_factory=lambda: HEADS.select("mse"))
    optimizer: OptimizerConfig = OptimizerConfig()
    training: TrainingConfig = TrainingConfig()
