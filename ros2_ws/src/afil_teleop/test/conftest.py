"""Messages of the Franka contract, made in code."""

from __future__ import annotations

import numpy as np
import pytest

from afil_core import codecs
from afil_core.contract import Contract, load_contract
from afil_core.testing import READY_JOINTS

HOME = np.array([0.45, 0.0, 0.3, 1.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="session")
def franka() -> Contract:
    return load_contract("franka")


class FrankaMessages:
    """CDR bytes of one control step."""

    def __init__(self, contract: Contract) -> None:
        self.image, self.ee, self.joints, self.gripper = (
            contract.stream(n)
            for n in ("front_image", "ee_pose", "joint_positions", "gripper_width")
        )
        assert contract.action is not None
        self.commands = {c.name: c.topic for c in contract.action.demonstrated}

    def observations(self, stamp_ns: int) -> list[tuple[str, bytes]]:
        height, width, _ = self.image.shape
        rgb = np.full((height, width, 3), stamp_ns // 100_000_000 % 256, dtype=np.uint8)
        return [
            (
                self.joints.topic,
                codecs.encode_joint_state(self.joints.joints, READY_JOINTS, stamp_ns),
            ),
            (
                self.gripper.topic,
                codecs.encode_joint_state(self.gripper.joints, np.full(2, 0.04), stamp_ns),
            ),
            (self.ee.topic, codecs.encode_pose(HOME, stamp_ns, "fr3_link0")),
            (self.image.topic, codecs.encode_image(rgb, stamp_ns, self.image.frame)),
        ]

    def command(self, stamp_ns: int, width: float = 0.08) -> list[tuple[str, bytes]]:
        return [
            (self.commands["gripper"], codecs.encode_float_array([width])),
            (self.commands["pose"], codecs.encode_pose(HOME, stamp_ns, "fr3_link0")),
        ]


@pytest.fixture(scope="session")
def franka_messages(franka: Contract) -> FrankaMessages:
    return FrankaMessages(franka)
