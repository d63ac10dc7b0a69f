"""How a simulated world's episodes are started and followed, apart from the robot's topics."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from afil_core import messages
from afil_core.errors import AfilError
from afil_core.topics import Qos

# Names are relative: a world in a namespace has its own, its time included.
RESET_SERVICE = "world/reset"
EPISODE_TOPIC = "world/episode"
EPISODE_TYPE = "afil_interfaces/msg/EpisodeStatus"
EPISODE_QOS = Qos(durability="transient_local", depth=1)
# Stamps of two episodes are this far apart, so that nobody takes one for the other.
EPISODE_GAP_NS = 1_000_000_000
POLICY_RESET_SERVICE = "policy_node/reset"
CLOCK_TOPIC = "clock"
# For nodes on simulated time: rclpy listens to the absolute name.
CLOCK_REMAPPING = ("/clock", CLOCK_TOPIC)
# Who wants a simulation's topics on other machines says so for simulations alone.
SIM_RANGE_VARIABLE = "AFIL_SIM_DISCOVERY_RANGE"
_RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"
_RANGES = ("LOCALHOST", "SUBNET", "OFF", "SYSTEM_DEFAULT")
# State in words and its number in EpisodeStatus.msg.
_STATES = {"running": 1, "done": 2}


def world_launch_file(share_of: Callable[[str], str]) -> str:
    """The launch file that starts a simulated world.

    Args:
        share_of: ``ament_index_python.packages.get_package_share_directory``.

    Raises:
        AfilError: When the package of the worlds is not installed.
    """
    try:
        return str(Path(share_of("afil_sim")) / "launch" / "world.launch.py")
    except LookupError as error:
        raise AfilError(
            "sim:=true needs the package afil_sim, which is not installed here; install it, or "
            "run the robot and leave sim:=false"
        ) from error


def uses_sim_time(choice: str, clock: str, *, sim: bool) -> bool:
    """Whether the nodes of a robot follow ``/clock``.

    Messages of a simulator bear its own time: against wall time every one would be stale.

    Args:
        choice: ``true``, ``false``, or ``auto`` for every simulator.
        clock: The contract's clock.
        sim: Whether the robot is simulated by AFIL.
    """
    return (sim or clock == "simulated") if choice == "auto" else choice == "true"


def simulation_environment() -> dict[str, str]:
    """Environment variables for the nodes of a simulation.

    A simulated robot has the topics of the real one, so its commands must not leave this
    machine: a real robot on the network would obey them. ROS's own variables are not asked, for
    its setup file sets ``SUBNET``, and peers are named for real robots; only ``OFF`` is kept.

    Raises:
        AfilError: When ``AFIL_SIM_DISCOVERY_RANGE``, which widens it, is no range.
    """
    wanted = os.environ.get(SIM_RANGE_VARIABLE, "").strip().upper()
    if wanted and wanted not in _RANGES:
        raise AfilError(
            f"{SIM_RANGE_VARIABLE}={wanted} is no range of discovery; it is one of "
            f"{', '.join(_RANGES)}, and LOCALHOST where it is not set"
        )
    if wanted not in ("", "LOCALHOST"):
        return {_RANGE: wanted}
    off = not wanted and os.environ.get(_RANGE, "").strip().upper() == "OFF"
    return {_RANGE: "OFF" if off else "LOCALHOST", "ROS_STATIC_PEERS": ""}


@dataclass(frozen=True)
class EpisodeStatus:
    """State of the world's current episode; on the wire ``afil_interfaces/msg/EpisodeStatus``.

    Attributes:
        episode: Number of the episode since the world started, from 0.
        seed: Seed that the scene was drawn from.
        state: ``running`` or ``done``.
        success: Whether the task is solved; meaningful when done.
        steps: Control steps taken.
        frames: Camera frames published in this episode.
        timeouts: Frames of a lock-step episode that nobody answered in time: the arm held its
            last target there, which says more about the machine's load than about the policy.
        score: 0 to 1; 1 for a success where the task knows no degrees.
        instruction: The task in words; empty where the world has none.
        task: Name of the task; empty where it has none.
        cue: Name of the confounding cue in the image; empty where the world has none.
        metrics: What the task counts beside its score, by name.
    """

    episode: int
    seed: int
    state: str
    success: bool
    steps: int
    frames: int
    timeouts: int = 0
    score: float = 0.0
    instruction: str = ""
    task: str = ""
    cue: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether the episode is over."""
        return self.state == "done"

    def encode(self) -> bytes:
        """The status as CDR bytes."""
        values = asdict(self) | {"state": _STATES[self.state]}
        metrics = values.pop("metrics")
        values["metric_names"] = list(metrics)
        values["metric_values"] = np.array(list(metrics.values()), dtype=np.float64)
        return messages.serialize(messages.new(EPISODE_TYPE, **values))

    @staticmethod
    def decode(cdr: bytes) -> EpisodeStatus:
        """Read what :meth:`encode` wrote.

        Raises:
            AfilError: When the bytes are something else.
        """
        message = messages.deserialize(cdr, EPISODE_TYPE)
        names = {field.name for field in fields(EpisodeStatus)} - {"metrics"}
        values: dict[str, Any] = {name: getattr(message, name) for name in names}
        metrics = zip(message.metric_names, message.metric_values, strict=False)
        values["metrics"] = {name: float(value) for name, value in metrics}
        state = next((name for name, number in _STATES.items() if number == message.state), None)
        if state is None:
            raise AfilError(
                f"topic {EPISODE_TOPIC}: state {message.state} is none of {EPISODE_TYPE}; its "
                f"publisher uses another version of afil_interfaces"
            )
        return EpisodeStatus(**values | {"state": state})
