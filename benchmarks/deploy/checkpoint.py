"""A checkpoint of an untrained network whose robot never stands still."""

from __future__ import annotations

from pathlib import Path

from afil_core import schema
from afil_core.contract import Contract
from afil_core.testing import READY_JOINTS
from afil_policy.testing import write_untrained
from afil_policy.training.config import TrainConfig

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
    joints = contract.to_dict()["observations"].get("joint_positions", {}).get("joints", ())
    elsewhere = dict(zip(joints, READY_JOINTS + 1, strict=False))
    means = {"rz": TURN_RAD, "gripper": _WIDTH_M, "throttle": _THROTTLE, **elsewhere}
    return write_untrained(path, config, contract, means, scale=1e-4)
