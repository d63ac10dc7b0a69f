"""Arguments of ``record.launch.py``, and what follows from them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from afil_core.contract import Contract, load_contract
from afil_core.errors import AfilError
from afil_core.process.foreign import make_contract
from afil_core.schema import Schema
from afil_core.world_protocol import uses_sim_time
from afil_teleop.devices import DEVICES
from afil_teleop.devices.cues import Sound
from afil_teleop.devices.keys import TerminalDevice
from afil_teleop.devices.parameters import TeleopParameters, WatchdogParameters
from afil_teleop.devices.terminal import Terminal
from afil_teleop.recording.dataset import DatasetState, dataset_state
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.recorder import World
from afil_teleop.recording.tasks import instructions_of, task_instructions

EXPERT, EXTERNAL, AUTOPILOT = "expert", "external", "autopilot"
_TERMINAL_KEYS = "keys"
# A person needs longer than the scripted expert for whom a task's limit is made.
_PERSONS_STEPS = 600
# What a simulated world waits for its expert, whose death ends the launch; a busy machine may give
# a process nothing for some seconds.
_EXPERTS_S = 10.0


def sources() -> list[str]:
    """Who may demonstrate: a person at one of the devices, the expert, an autopilot, others."""
    return [EXPERT, *DEVICES.names(), AUTOPILOT, EXTERNAL]


class RecordArguments(Schema):
    """Arguments of the launch file."""

    renamed = {"output": "dataset", "contract": "robot"}

    robot: str = Field("franka", description="Robot contract: name or YAML file")
    env: str = Field(
        "",
        description="Gymnasium environment that is the robot (robot:=gym sim:=true), e.g. "
        "Reacher-v5; its contract is kept beside the dataset",
    )
    env_options: str = Field(
        "", description="Its options as YAML, e.g. '{cameras: [corner2], size: [128, 128]}'"
    )
    namespace: str = Field("", description="Namespace of the robot's topics and of the nodes")
    sim: bool = Field(False, description="Start the simulated world of the robot")
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
    task: str = Field(
        "",
        description="Name of the task: of the simulated world, or in config/tasks.yaml; of a "
        "robot also several, with commas between them",
    )
    instruction: str = Field(
        "",
        description="The task in words; empty: what the task says. Several with | between them",
    )
    reset: str = Field(
        "",
        description="What brings a robot and its scene back between episodes, e.g. "
        "'{name: trigger, services: [homing]}'; empty: a person",
    )
    source: str = Field(
        "keyboard",
        description="Who demonstrates: a person at a device, the scripted expert (sim only), the "
        "autopilot of the robot's own driver (robot:=carla), or other nodes that publish the "
        "contract's command topics (external)",
    )
    device: str = Field("", description="Options of the device, e.g. '{linear_m_s: 0.2}'")
    keys: str = Field(
        "auto",
        description="Another device for the episode keys beside a gamepad, SpaceMouse or leader: "
        "keys (the terminal), '{name: pedal, topic: joy}', or none; auto: keys where there is a "
        "terminal",
    )
    takeover: bool = Field(
        False,
        description="A policy drives (deploy.launch.py takeover:=true) until the person takes "
        "over",
    )
    sound: Sound = Field(
        "bell", description="What is heard of the recorder: speech (espeak-ng), bell or none"
    )
    episodes: int = Field(
        10, ge=1, description="Record until the dataset has so many (source:=expert)"
    )
    dataset: str = Field(
        "demos", description="Folder of the dataset; existing episodes are kept and counted"
    )
    cue: str = Field("none", description="Simulated confounding cue in the image")
    first_seed: int = Field(0, ge=0, description="Seed of the first episode of a new dataset")
    noise: float = Field(
        0.004, ge=0, description="Noise on the expert's commands, so that it visits more states"
    )
    max_steps: int = Field(
        0,
        ge=0,
        description="Longest simulated episode in control steps; 0: the task's own, or a minute "
        "for a person",
    )
    operator: str = Field("", description="Who demonstrates, for episode.yaml; empty: the source")
    compression: Literal["none", "zstd"] = Field(
        "none", description="Packs what is not packed already; zstd costs processor time"
    )
    images: Literal["contract", "raw", "jpeg", "png"] = Field(
        "contract", description="How raw cameras are kept: as the contract says, or all in one way"
    )
    split_mb: float = Field(
        0.0, ge=0, description="Next file of a recording at this size; 0: never"
    )
    split_s: float = Field(
        0.0, ge=0, description="Next file of a recording after so many seconds; 0: never"
    )
    all: bool = Field(False, description="Record all topics that somebody publishes, too")
    preflight: Literal["start", "only"] = Field(
        "start", description="only: say whether an episode could start, and end with 0 or 1"
    )
    session_min: float = Field(
        5.0, ge=0, description="The disk must have room for so many minutes of messages"
    )
    use_sim_time: Literal["auto", "true", "false"] = Field(
        "auto",
        description="Follow /clock; auto: with sim:=true, and where the contract's clock is "
        "simulated",
    )

    @cached_property
    def contract(self) -> Contract:
        """The robot's contract, in its namespace."""
        return load_contract(self.robot).within(self.namespace)

    @property
    def unattended(self) -> bool:
        """Whether episodes are recorded without a person."""
        return self.source == EXPERT

    @property
    def world(self) -> World:
        """Mode of the simulated world."""
        if not self.sim:
            return "none"
        return "lock_step" if self.unattended else "real_time"

    @property
    def follows_clock(self) -> bool:
        """Whether the nodes follow ``/clock``."""
        return uses_sim_time(self.use_sim_time, self.contract.clock, sim=self.sim)

    @property
    def told(self) -> dict[str, Any]:
        """What drivers are told that take it."""
        # An autopilot answers no frame.
        waits = {"wait_for_control": False} if self.source == AUTOPILOT else {}
        return {"robot": self.robot, **waits}

    @property
    def notes(self) -> dict[str, str]:
        """Texts for ``episode.yaml``."""
        notes = {"task": self.task} if self.task else {}
        if self.sim:
            notes["cue"] = self.cue
        if self.unattended:
            notes["noise"] = f"{self.noise:g}"
        return notes

    def words(self, tasks: Path) -> str:
        """The task in words; empty where the simulated world tells them.

        Args:
            tasks: The file of the tasks of robots.

        Raises:
            AfilError: When they are not known.
        """
        if instructions_of(self.instruction) or self.sim:
            return self.instruction
        if not self.task:
            raise AfilError(
                'the recording needs the task in words: give instruction:="...", or task:= one '
                f"of {tasks}"
            )
        return task_instructions(tasks, self.task)

    def check(self) -> None:
        """Check the arguments together.

        Raises:
            AfilError: When they don't fit.
        """
        if self.unattended and not self.sim:
            raise AfilError(
                "source:=expert is a script that needs the simulated world's state; add "
                "sim:=true, or use another source:="
            )
        if self.source == AUTOPILOT and not self.env and self.contract.autopilot is None:
            raise AfilError(
                f"source:=autopilot is for a robot whose contract names the topic of its driver's "
                f"autopilot (autopilot), and that of {self.contract.robot} names none; use "
                f"another source:="
            )
        if self.env and not self.sim:
            raise AfilError(f"env:={self.env} is a simulated robot; add sim:=true")
        if self.passive and self.sim:
            raise AfilError("passive:=true is told to drivers, and sim:=true starts none")
        if self.env_options and not self.env:
            raise AfilError("env_options:= are those of a Gymnasium environment; say env:=, too")

    def with_contract_of_env(self) -> RecordArguments:
        """The same with the contract of the environment, which is made beside the dataset."""
        if not self.env:
            return self
        made = make_contract(self.dataset, self.env, self.env_options, expert=self.unattended)
        return self.model_copy(update={"robot": str(made)})

    def state(self, words: str) -> DatasetState:
        """What the dataset holds already.

        Raises:
            AfilError: When it is not the dataset of such episodes.
        """
        return dataset_state(
            Path(self.dataset).expanduser(),
            self.contract,
            instructions=instructions_of(words),
            notes=self.notes,
            first_seed=self.first_seed,
        )

    @property
    def teleop(self) -> TeleopParameters:
        """Parameters of the node that a person drives with."""
        keys = {"auto": self._keys_by_itself(), "none": ""}.get(self.keys, self.keys)
        return TeleopParameters(
            robot=self.robot,
            device=self.source,
            options=self.device,
            keys=keys,
            takeover=self.takeover,
            sound=self.sound,
        )

    @property
    def watchdog(self) -> WatchdogParameters | None:
        """Parameters of who watches that node; None where the device moves no robot."""
        if not DEVICES.get(self.source).moves:
            return None
        return WatchdogParameters(robot=self.robot, takeover=self.takeover)

    def _keys_by_itself(self) -> str:
        """The terminal's keys, where no device of the terminal has them and there is one."""
        if issubclass(DEVICES.get(self.source), TerminalDevice):
            return ""
        try:
            Terminal().close()
        except AfilError:
            return ""
        return _TERMINAL_KEYS

    def recorder(self, words: str) -> RecordParameters:
        """Parameters of the recorder."""
        return RecordParameters(
            robot=self.robot,
            dataset=str(Path(self.dataset).expanduser()),
            instruction=words,
            operator=self.operator or self.source,
            world=self.world,
            episodes=self.episodes if self.unattended else 0,
            first_seed=self.first_seed,
            task=self.notes.get("task", ""),
            cue=self.notes.get("cue", ""),
            noise=self.notes.get("noise", ""),
            reset=self.reset,
            compression=self.compression,
            images=self.images,
            split_mb=self.split_mb,
            split_s=self.split_s,
            all=self.all,
            preflight=self.preflight,
            session_min=self.session_min,
        )

    def simulation(self, state: DatasetState) -> dict[str, Any]:
        """Arguments of the world's launch file."""
        # A frame that the expert was late for would be a step without a label.
        patience = {"command_timeout_s": _EXPERTS_S} if self.unattended else {}
        return {
            "robot": self.robot,
            "namespace": self.namespace,
            "task": self.task,
            "mode": self.world,
            **patience,
            "cue": self.cue,
            "first_seed": state.next_seed,
            "max_steps": self.max_steps or (0 if self.unattended else _PERSONS_STEPS),
            "auto_reset": False,
            "expert": self.unattended,
            "noise": self.noise,
        }
