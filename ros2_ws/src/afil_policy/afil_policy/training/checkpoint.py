"""Checkpoints: self-describing folders in formats that others can open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.storage import move_in
from afil_policy.config import TrainConfig, load_config
from afil_policy.data.normalisation import Normaliser
from afil_policy.data.transforms import ObservationTransform, proprioception_labels
from afil_policy.models import SmallCnn, build_model
from afil_policy.training.layout import (
    CONFIG,
    CONTRACT,
    NORMALISATION,
    TRAINING,
    WEIGHTS,
    find_checkpoint,
)


@dataclass(frozen=True)
class Checkpoint:
    """A trained policy with all that is needed to run it.

    Attributes:
        path: Its folder.
        config: The training configuration.
        contract: The contract of the demonstrations.
        proprioception: Normaliser of the encoded proprioception.
        actions: Normaliser of the actions.
        training: Facts of the training run (dataset, revision, versions, losses).
    """

    path: Path
    config: TrainConfig
    contract: Contract
    proprioception: Normaliser
    actions: Normaliser
    training: Mapping[str, Any]

    def transform(self) -> ObservationTransform:
        """The observation transform of training."""
        return ObservationTransform(self.config.data, self.contract, self.proprioception)

    def model(self) -> SmallCnn:
        """The network with its trained weights, in evaluation mode.

        Raises:
            AfilError: When the weights are missing, damaged or of another network.
        """
        path = self.path / WEIGHTS
        model = new_model(self.config, self.contract)
        try:
            model.load_state_dict(safetensors.torch.load_file(path))
        except (OSError, SafetensorError) as error:
            raise AfilError(f"can't read the weights {path} ({error}); train again") from error
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise AfilError(
                f"the weights {path} do not fit the network of {self.path / CONFIG} ({reason}); "
                "train again"
            ) from error
        return model.eval()


def new_model(config: TrainConfig, contract: Contract) -> SmallCnn:
    """A fresh network of the sizes that configuration and contract ask for.

    Raises:
        AfilError: When the contract has no action, or as ``build_model``.
    """
    if contract.action is None:
        raise AfilError(f"contract '{contract.robot}' has no action: no policy can act on it")
    size = (config.data.height, config.data.width)
    proprioception = len(proprioception_labels(contract, config.data.proprioception))
    return build_model(config.model, size, proprioception, len(contract.action.dimensions))


def save_checkpoint(checkpoint: Checkpoint, weights: Mapping[str, Tensor]) -> None:
    """Write a checkpoint beside its place, and move it in when it is whole.

    Args:
        checkpoint: What to write; its ``path`` must not exist yet.
        weights: State of the network.
    """
    contract = checkpoint.contract
    assert contract.action is not None
    partial = checkpoint.path.with_name(checkpoint.path.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    safetensors.torch.save_file(tensors, partial / WEIGHTS)
    normalisation = {
        "proprioception": {
            "names": proprioception_labels(contract, checkpoint.config.data.proprioception),
            **checkpoint.proprioception.to_dict(),
        },
        "action": {
            "names": [d.name for d in contract.action.dimensions],
            **checkpoint.actions.to_dict(),
        },
    }
    (partial / CONFIG).write_text(checkpoint.config.to_yaml(), encoding="utf-8")
    (partial / CONTRACT).write_text(contract.to_yaml(), encoding="utf-8")
    (partial / NORMALISATION).write_text(json.dumps(normalisation, indent=1), encoding="utf-8")
    (partial / TRAINING).write_text(json.dumps(checkpoint.training, indent=1), encoding="utf-8")
    move_in(partial, checkpoint.path)


def load_checkpoint(path: Path) -> Checkpoint:
    """Open a checkpoint.

    Args:
        path: Its folder, or that of the training run.

    Raises:
        AfilError: When it is missing or one of its files is damaged.
    """
    folder = find_checkpoint(path)
    normalisation = _read_json(folder / NORMALISATION)
    where = str(folder / NORMALISATION)
    checkpoint = Checkpoint(
        path=folder,
        config=load_config(folder / CONFIG),
        contract=load_contract(str(folder / CONTRACT)),
        proprioception=Normaliser.from_dict(normalisation.get("proprioception", {}), where),
        actions=Normaliser.from_dict(normalisation.get("action", {}), where),
        training=_read_json(folder / TRAINING),
    )
    return checkpoint


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AfilError(f"can't read {path} ({error}); train again") from error
    if not isinstance(data, dict):
        raise AfilError(f"{path} must hold a JSON object; train again")
    return data
