"""Parameters of the policy node and arguments of its launch file; free of torch and of ROS."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from afil_core.schema import Schema
from afil_core.world_protocol import uses_sim_time

# A simulator that waits for its answers is as slow as it is: carla-ros-bridge gives up on a
# control after 1 s, and on a sensor after another one.
_STEADY_S, _WAITED_FOR_S = 0.25, 5.0
_PRIORITY = "Real-time priority (SCHED_FIFO) of what commands, where it is permitted; 0: none"


class PolicyParameters(Schema):
    """What a policy node is started with."""

    checkpoint: str = Field(
        "",
        description="Folder of a run or its checkpoint; empty: the newest finished run in runs/",
    )
    robot: str = Field("franka", description="Robot contract: name or YAML file")
    device: str = Field("cpu", description="Torch device, e.g. cpu or cuda")
    command_interface: str = Field(
        "", description="One of the contract's command interfaces; empty: its default"
    )
    command_options: str = Field(
        "", description="Options of the interface's adapter as YAML, e.g. {lead_steps: 2}"
    )
    autostart: bool = Field(True, description="Configure and activate at once")
    pacing: Literal["auto", "frame", "steady"] = Field(
        "auto",
        description="A command for each frame, or at every period of a steady clock; auto: for "
        "each frame on simulated time",
    )
    execution: str = Field(
        "receding",
        description="How action chunks are executed: receding, ensemble, blend, rtc",
    )
    execution_options: str = Field(
        "", description="Options of the execution as YAML, e.g. {replan: 4}"
    )
    watchdog_timeout_s: float = Field(
        0.25,
        gt=0,
        description="Wall time after which the robot is stopped: without a new frame, without a "
        "command, in one inference, s",
    )
    require_watchdog: bool = Field(
        False, description="Command only while a watchdog_node is heard"
    )
    heartbeat_timeout_s: float = Field(
        _STEADY_S, gt=0, description="Wall time after which a watchdog_node is heard no more, s"
    )
    frozen_image_s: float = Field(
        0.15,
        ge=0,
        description="Wall time after which a picture that stays the same is a frozen camera, s; "
        "0: never; on simulated time pictures are not judged",
    )
    guards: str = Field(
        "contract", description="Guards: those of the contract, none, or names with commas"
    )
    shadow: bool = Field(False, description="Command nothing; say on ~/proposed what one would")
    threads: int = Field(1, ge=1, description="Processor threads of the network and of images")
    priority: int = Field(20, ge=0, le=99, description=_PRIORITY)


class WatchdogParameters(Schema):
    """What a watchdog node is started with."""

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    command_interface: str = Field(
        "", description="The command interface that is watched; empty: the contract's default"
    )
    command_options: str = Field("", description="Options of the interface's adapter as YAML")
    timeout_s: float = Field(
        0.2, gt=0, description="Wall time without a heartbeat after which the robot is rested, s"
    )
    priority: int = Field(20, ge=0, le=99, description=_PRIORITY)


class DeployArguments(PolicyParameters):
    """Arguments of ``deploy.launch.py``."""

    sim: bool = Field(False, description="Add the simulated world; the topics stay the same")
    bringup: str = Field(
        "auto",
        description="Start the robot's drivers, where its contract names their launch file: auto, "
        "none, or its options as YAML, e.g. '{host: gpu1, town: Town05}'",
    )
    passive: bool = Field(
        False,
        description="The drivers join a simulator that another client ticks (robot:=carla, e.g. "
        "ScenarioRunner)",
    )
    namespace: str = Field("", description="Namespace of the robot's topics and of the nodes")
    watchdog_timeout_s: float = Field(
        0.0,
        ge=0,
        description="Wall time without a frame, a command, or an end of an inference, after "
        "which the robot is stopped, s; 0: a quarter of a second, and 5 where a simulator "
        "waits for the policy",
    )
    heartbeat_timeout_s: float = Field(
        _STEADY_S,
        gt=0,
        description="Wall time without a heartbeat after which policy and watchdog take each "
        "other for dead, s; frames have no part in it",
    )
    guards: str = Field(
        "auto",
        description="Guards: contract, none, or names with commas; auto: the contract's; none "
        "with sim:=true, where nobody publishes what they listen to, and with shadow:=true, which "
        "commands nothing",
    )
    watchdog: Literal["auto", "true", "false"] = Field(
        "auto",
        description="Start a watchdog, and command only while it is heard; auto: where something "
        "is commanded that does not wait for the policy",
    )
    takeover: bool = Field(
        False,
        description="A person may take over: teleoperation (record.launch.py takeover:=true) "
        "passes the commands on",
    )
    use_sim_time: Literal["auto", "true", "false"] = Field(
        "auto",
        description="Follow /clock; auto: with sim:=true and where the contract's clock is "
        "simulated",
    )
    env: str = Field(
        "",
        description="Gymnasium environment that is the robot (robot:=gym sim:=true); its contract "
        "is the one that the policy was trained with",
    )
    task: str = Field("", description="Task of the simulated world; empty: the robot's usual one")
    cue: str = Field("none", description="Confounding cue in the simulated image")
    mode: Literal["lock_step", "real_time"] = Field(
        "lock_step", description="Whether the simulated world waits for each command"
    )
    first_seed: int = Field(
        1000, ge=0, description="Seed of the first simulated episode; they count up"
    )
    max_steps: int = Field(
        0, ge=0, description="Longest simulated episode in control steps; 0: the task's own"
    )
    auto_reset: bool = Field(True, description="Start each simulated episode without being asked")

    def frame_timeout_s(self, clock: str) -> float:
        """How long a frame, a command or the end of an inference may be missing, s.

        Args:
            clock: The contract's clock.
        """
        return self.watchdog_timeout_s or (_WAITED_FOR_S if self._is_awaited(clock) else _STEADY_S)

    def _is_awaited(self, clock: str) -> bool:
        """Whether a simulator gives a frame and waits for its answer."""
        if self.sim:
            return self.mode == "lock_step"
        by_frames = self.pacing != "steady"
        return by_frames and uses_sim_time(self.use_sim_time, clock, sim=False)
