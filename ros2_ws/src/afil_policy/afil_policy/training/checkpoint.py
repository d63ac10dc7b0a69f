"""Checkpoints: self-describing folders in formats that others can open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from afil_core import schema, storage
from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_policy.data.normalization import Normalization
from afil_policy.data.transforms import ObservationTransform
from afil_policy.encoders.pretrained import restoring
from afil_policy.methods.base import Method
from afil_policy.methods.spec import Camera, Spec
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts
from afil_policy.training.layout import (
    CONFIG,
    CONTRACT,
    NORMALIZATION,
    TRAINING,
    WEIGHTS,
    find_checkpoint,
    read_facts,
)


@dataclass(frozen=True)
class Checkpoint:
    """A trained policy with all that is needed to run it.

    Attributes:
        path: Its folder.
        config: The training configuration.
        contract: The contract of the demonstrations.
        normalization: Normalizers of what goes in and out.
        training: Facts of the training run.
    """

    path: Path
    config: TrainConfig
    contract: Contract
    normalization: Normalization
    training: TrainingFacts

    def transform(self) -> ObservationTransform:
        """The observation transform of training."""
        normalizer = self.normalization.proprioception
        return ObservationTransform(
            self.config.data, self.contract, normalizer, self.training.tasks
        )

    def method(self) -> Method:
        """The method with its trained networks, in evaluation mode.

        Raises:
            AfilError: When the weights are missing, damaged or of other networks.
        """
        path = self.path / WEIGHTS
        try:
            weights = safetensors.torch.load_file(path)
            with restoring(weights):
                method = new_method(self.config, self.contract, self.training.tasks)
            method.load_state_dict(weights)
        except (OSError, SafetensorError) as error:
            raise AfilError(f"can't read the weights {path} ({error}); train again") from error
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise AfilError(
                f"the weights {path} do not fit the networks of {self.path / CONFIG} ({reason}); "
                "train again"
            ) from error
        return method.eval()


def new_method(config: TrainConfig, contract: Contract, tasks: tuple[str, ...] = ()) -> Method:
    """A fresh method for the sizes that configuration and contract ask for.

    Args:
        config: The configuration.
        contract: The robot's contract.
        tasks: The instructions of the demonstrations.

    Raises:
        AfilError: When the contract has no action or no camera, or the parts do not fit.
    """
    if contract.action is None:
        raise AfilError(f"contract '{contract.robot}' has no action: no policy can act on it")
    transform = ObservationTransform(config.data, contract)
    if not transform.cameras:
        raise AfilError(f"contract '{contract.robot}' has no image stream: nothing can be seen")
    spec = Spec(
        cameras=tuple(
            Camera(stored.name, *stored.size, stored.channels)
            for stored in transform.stored.values()
        ),
        proprioception=len(transform.labels),
        actions=len(contract.action.dimensions),
        encoder=config.encoder,
        pooling=config.pooling,
        head=config.head,
        frames=config.data.frames,
        horizon=config.data.horizon,
        instruction=config.instruction,
        tasks=tasks,
    )
    method: Method = config.method.build(spec)
    return method


def save_checkpoint(checkpoint: Checkpoint, weights: Mapping[str, Tensor]) -> None:
    """Write a checkpoint beside its place, and move it in when it is whole.

    Args:
        checkpoint: What to write.
        weights: State of the method.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    with storage.replacing(checkpoint.path) as draft:
        draft.mkdir()
        safetensors.torch.save_file(tensors, draft / WEIGHTS)
        (draft / CONFIG).write_text(schema.to_yaml(checkpoint.config), encoding="utf-8")
        (draft / CONTRACT).write_text(checkpoint.contract.to_yaml(), encoding="utf-8")
        (draft / NORMALIZATION).write_text(_json(checkpoint.normalization), encoding="utf-8")
        (draft / TRAINING).write_text(_json(checkpoint.training), encoding="utf-8")


def load_checkpoint(path: Path) -> Checkpoint:
    """Open a checkpoint.

    Args:
        path: Its folder, or that of the training run.

    Raises:
        AfilError: When it is missing or one of its files is damaged.
    """
    folder = find_checkpoint(path)
    again = "train again"
    return Checkpoint(
        path=folder,
        config=schema.load(TrainConfig, folder / CONFIG, remedy=again),
        contract=load_contract(str(folder / CONTRACT)),
        normalization=schema.load(Normalization, folder / NORMALIZATION, remedy=again),
        training=read_facts(folder),
    )


def _json(model: Schema) -> str:
    return json.dumps(schema.to_plain(model), indent=1)
