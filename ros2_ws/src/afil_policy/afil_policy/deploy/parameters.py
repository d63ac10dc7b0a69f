"""Parameters of the policy node and arguments of its launch file; free of torch and of ROS."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from afil_core.schema import Schema


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
    watchdog_timeout_s: float = Field(
        0.5, gt=0, description="Wall time without a command after which the robot is stopped, s"
    )
    threads: int = Field(1, ge=1, description="Processor threads of torch")


class DeployArguments(PolicyParameters):
    """Arguments of ``deploy.launch.py``."""

    sim: bool = Field(False, description="Add the simulated world; the topics stay the same")
    namespace: str = Field("", description="Namespace of the robot's topics and of the nodes")
    watchdog_timeout_s: float = Field(
        0.0,
        ge=0,
        description="Wall time without a command after which the robot is stopped, s; 0: half a "
        "second, and 5 where the simulated world waits for the policy",
    )
    use_sim_time: Literal["auto", "true", "false"] = Field(
        "auto",
        description="Follow /clock; auto: with sim:=true and where the contract's clock is "
        "simulated",
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
