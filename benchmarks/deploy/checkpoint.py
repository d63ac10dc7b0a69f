"""A checkpoint of an untrained network whose robot never stands still."""

from __future__ import annotations

from pathlib import Path

from afil_core import schema
from afil_core.contract import Contract
from afil_core.testing import READY_JOINTS
from afil_policy.data.normalization import Normalization, Normalizer
from afil_policy.data.transforms import ObservationTransform
from afil_policy.training.checkpoint import Checkpoint, new_method, save_checkpoint
from afil_policy.training.config import TrainConfig
from afil_policy.training.facts import TrainingFacts

SMALL = """
data: {height: 24, width: 32, validation_fraction: 0.2, horizon: 8}
encoder: {name: small_cnn, layers: [[8, 4, 2], [8, 4, 2]]}
head: {name: mse, hidden: [16]}
"""
# A turn has no border that it could come to.
TURN_RAD = 0.01
_WIDTH_M = 0.08
_THROTTLE = 0.4


def moving_checkpoint(path: Path, contract: Contract, configuration: str = SMALL) -> Path:
    """Write one whose every action turns the hand about z, asks for other joints, or drives.

    Args:
        path: Its folder.
        contract: With an action of kind ``ee_delta``, ``joint`` or ``vehicle_control``.
        configuration: Training configuration, YAML.
    """
    config = schema.parse(TrainConfig, configuration, "the benchmark's configuration")
    names = [d.name for d in contract.require_action().dimensions]
    labels = ObservationTransform(config.data, contract).labels
    joints = contract.to_dict()["observations"].get("joint_positions", {}).get("joints", ())
    elsewhere = dict(zip(joints, READY_JOINTS + 1, strict=False))
    means = {"rz": TURN_RAD, "gripper": _WIDTH_M, "throttle": _THROTTLE, **elsewhere}
    normalization = Normalization(
        proprioception=Normalizer(
            names=tuple(labels), shift=(0.0,) * len(labels), scale=(1.0,) * len(labels)
        ),
        action=Normalizer(
            names=tuple(names),
            shift=tuple(means.get(n, 0.0) for n in names),
            scale=(1e-4,) * len(names),
        ),
    )
    facts = TrainingFacts(
        method=config.method.name,
        seed=0,
        dataset_sha256="0" * 64,
        episodes=1,
        training_steps=1,
        final={"epoch": 1.0},
        finished_at="2026-01-01T00:00:00+00:00",
        versions={},
    )
    method = new_method(config, contract)
    save_checkpoint(Checkpoint(path, config, contract, normalization, facts), method.state_dict())
    return path
