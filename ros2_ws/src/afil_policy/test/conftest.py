"""A tiny dataset of a world in which the hand moves towards a square of colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from afil_core import schema
from afil_core.actions import apply_delta
from afil_core.codecs import (
    encode_float_array,
    encode_image,
    encode_joint_state,
    encode_pose,
)
from afil_core.contract import Contract, load_contract
from afil_core.episodes import EpisodeWriter
from afil_core.testing import READY_JOINTS, write_saliency
from afil_policy.testing import write_untrained
from afil_policy.training.config import TrainConfig

PERIOD_NS = 100_000_000
SMALL = """
data: {height: 24, width: 32, validation_fraction: 0.2}
encoder: {name: small_cnn, layers: [[8, 4, 2], [8, 4, 2]]}
head: {name: mse, hidden: [16]}
optimizer: {epochs: 3, batch_size: 8, warmup_steps: 2}
"""
START = np.array([0.5, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def contract() -> Contract:
    return load_contract("franka")


@pytest.fixture(scope="session")
def write_episode(contract: Contract) -> Callable[..., Path]:
    """Writes one episode; its object sits at ``column`` of the image."""

    def write(
        dataset: Path,
        column: int,
        *,
        steps: int = 8,
        success: bool = True,
        saliency: bool = True,
        gap_after: int = 1000,
        broken: tuple[int, ...] = (),
    ) -> Path:
        writer = EpisodeWriter(dataset, contract, "lift the square")
        command = {c.name: c.topic for c in contract.action.demonstrated}
        pose, stamps, maps = START.copy(), [], []
        delta = np.array([0.0, (column - 160) / 16000, -0.01, 0.0, 0.0, 0.0])
        for k in range(steps):
            stamp = (k + 1 + 5 * (k >= gap_after)) * PERIOD_NS
            rgb, grey = np.full((240, 320, 3), 90, np.uint8), np.zeros((240, 320), np.uint8)
            rgb[100:140, column - 20 : column + 20] = (230, 120, 20)
            grey[100:140, column - 20 : column + 20] = 255
            joints = contract.stream("joint_positions").joints
            measured = pose if k not in broken else np.full(7, np.nan)
            fingers = contract.stream("gripper_width").joints
            sent = {
                "ee_pose": encode_pose(measured, stamp, "fr3_link0"),
                "joint_positions": encode_joint_state(joints, READY_JOINTS, stamp),
                "gripper_width": encode_joint_state(fingers, np.array([0.04, 0.04]), stamp),
                "front_image": encode_image(rgb, stamp, "camera_color_optical_frame"),
            }
            for name, cdr in sent.items():
                writer.write(contract.stream(name).topic, cdr, stamp)
            pose = apply_delta(pose, delta)
            width = 0.08 if k < steps // 2 else 0.02
            writer.write(command["gripper"], encode_float_array([width]), stamp + 1)
            writer.write(command["pose"], encode_pose(pose, stamp, "fr3_link0"), stamp + 2)
            stamps.append(stamp)
            maps.append(grey)
        path = writer.save(success)
        if saliency:
            topic = contract.stream("front_image").topic
            write_saliency(path, topic, zip(stamps, maps, strict=True))
        return path

    return write


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, write_episode: Callable[..., Path]) -> Path:
    """Six successful episodes with saliency, and a failed one without."""
    folder = tmp_path_factory.mktemp("demos")
    for column in (60, 100, 140, 180, 220, 260):
        write_episode(folder, column)
    write_episode(folder, 160, success=False, saliency=False)
    return folder


@pytest.fixture(scope="session")
def small() -> TrainConfig:
    """A configuration whose training takes a moment; its feature maps are 6x8."""
    return schema.parse(TrainConfig, SMALL, "small.yaml")


@pytest.fixture(scope="session")
def write_checkpoint() -> Callable[..., Path]:
    """Writes a checkpoint of an untrained policy with small actions."""
    return write_untrained
