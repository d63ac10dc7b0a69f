"""A scripted expert for lifting an object: a memoryless function of what it is told.

It moves over the object along a funnel (the nearer in the plane, the lower), closes the
gripper when the object is between the fingers, and lifts once the fingers have met it. Being
memoryless, it recovers by itself from a push or from a lost object, and its command for any
state is defined: the confounding cue (:mod:`afil_sim.cues`) shows just that.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from afil_core.schema import Schema
from afil_sim.bodies import Vector
from afil_sim.bodies.fr3 import GRIPPER_MAX_SPEED, GRIPPER_MAX_WIDTH


class LiftExpertConfig(Schema):
    """Settings of the scripted expert; lengths in m, per control step where they are speeds.

    Attributes:
        hover_height: Height over the grasp while far from the object.
        funnel_radius: Planar distance inside which it may go all the way down.
        funnel_slope: Height kept per planar distance beyond the radius.
        grasp_radius: Planar distance at which the object is between the fingers.
        grasp_height: Height over the grasp at which the fingers reach around the object.
        grasp_offset: Height of the grasp over the object's centre.
        holding_width: Opening below which the closed fingers must have met the object.
        lift_height: Height over the table at which the lift ends.
        gain: Share of the remaining way per step.
        max_step: Longest move per step.
        max_descent: Longest downward move per step.
    """

    hover_height: float = 0.10
    funnel_radius: float = 0.012
    funnel_slope: float = 2.2
    grasp_radius: float = 0.010
    grasp_height: float = 0.008
    grasp_offset: float = 0.002
    holding_width: float = 0.031
    lift_height: float = 0.16
    gain: float = Field(0.35, gt=0, le=1)
    max_step: float = 0.022
    max_descent: float = 0.015


class LiftExpert:
    """Says what to do next to lift an object that is up to about 3 cm wide.

    Args:
        config: Settings; the defaults when None.
    """

    def __init__(self, config: LiftExpertConfig | None = None) -> None:
        self.config = config or LiftExpertConfig()

    def act(self, ee_pose: Vector, gripper_width: float, object_pose: Vector) -> Vector:
        """The expert's action in a state.

        Args:
            ee_pose: Pose [7] of the TCP in fr3_link0 (m, quaternion x, y, z, w).
            gripper_width: Opening of the gripper, m.
            object_pose: Pose [7] of the object in fr3_link0.

        Returns:
            Action [7]: dx, dy, dz (m, fr3_link0), rotation vector (rad, always zero), target
            width of the gripper (m).
        """
        cfg = self.config
        offset = object_pose[:3] - ee_pose[:3]
        offset[2] += cfg.grasp_offset
        planar = float(np.hypot(offset[0], offset[1]))
        around = planar < cfg.grasp_radius and abs(offset[2]) < cfg.grasp_height
        # Fingers that are already closing may push the object a little.
        closing = gripper_width < 0.9 * GRIPPER_MAX_WIDTH
        if closing:
            around = planar < 2.0 * cfg.grasp_radius and abs(offset[2]) < 2.0 * cfg.grasp_height
        action = np.zeros(7)
        if not around:
            height = min(cfg.hover_height, cfg.funnel_slope * max(0.0, planar - cfg.funnel_radius))
            action[:3] = self._step(offset + [0.0, 0.0, height])
            action[6] = GRIPPER_MAX_WIDTH
        elif gripper_width < cfg.holding_width:
            rise = cfg.lift_height - ee_pose[2]
            action[:3] = self._step(np.array([0.0, 0.0, rise]))
        else:
            action[:2] = cfg.gain * offset[:2]
        return action

    def _step(self, way: Vector) -> Vector:
        cfg = self.config
        step = cfg.gain * way
        length = float(np.linalg.norm(step))
        if length > cfg.max_step:
            step *= cfg.max_step / length
        step[2] = max(step[2], -cfg.max_descent)
        return step


def imagined_commands(
    expert: LiftExpert, ee_pose: Vector, object_pose: Vector, lift_height: float, hold_steps: int
) -> list[Vector]:
    """All commands of an episode with an ideal arm: no physics, nothing lags, nothing slips.

    Args:
        expert: The expert.
        ee_pose: Pose [7] of the TCP at the start (m, quaternion x, y, z, w).
        object_pose: Pose [7] of the object at the start.
        lift_height: Height above its start (m) at which the object counts as lifted.
        hold_steps: Steps for which it stays lifted before the episode ends.

    Returns:
        The actions [7] from start to success.
    """
    ee, thing, width = ee_pose.copy(), object_pose.copy(), GRIPPER_MAX_WIDTH
    closing_per_step = 0.1 * GRIPPER_MAX_SPEED
    held = 0
    commands: list[Vector] = []
    while held <= hold_steps and len(commands) < 200:
        action = expert.act(ee, width, thing)
        commands.append(action)
        ee[:3] += action[:3]
        holding = width < expert.config.holding_width
        if holding and action[6] < width:
            thing[:3] += action[:3]
        elif action[6] < width:
            width = max(width - closing_per_step, expert.config.holding_width - 0.004)
        else:
            width = GRIPPER_MAX_WIDTH
        held += thing[2] - object_pose[2] >= lift_height
    return commands
