"""The text form of a contract: what its YAML file may hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from afil_core import schema
from afil_core.actions import ACTIONS, ActionConfig
from afil_core.commands import COMMANDS, CommandConfig
from afil_core.errors import AfilError
from afil_core.kinds import KINDS, StreamConfig
from afil_core.registry import Registry
from afil_core.schema import Schema
from afil_core.topics import Qos, TopicName, TypeName


def _by_kind(registry: Registry[Any]) -> BeforeValidator:
    """Reads a part of the contract with the options of the kind that it names."""

    def read(data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
            raise ValueError(f"needs a kind; known: {', '.join(registry.names())}")
        try:
            config = registry.get(data["kind"]).Config
        except AfilError as error:
            raise ValueError(f"can't be used: {error}") from error
        return schema.validate(config, data)

    return BeforeValidator(read)


class RecordedTopic(Schema):
    """A topic that is recorded with every episode and that no policy looks at.

    Attributes:
        type: ROS message type; empty to take the one that is offered.
        qos: What the recorder asks for.
        required: Whether a recording without a message of it is refused.
    """

    type: TypeName | Literal[""] = ""
    qos: Qos = Qos()
    required: bool = False


class Takeover(Schema):
    """How a robot's driver lets a person take over from a policy, where it knows of both.

    Attributes:
        override: Latched topic (std_msgs/msg/Bool) that is true while a person commands.
        topics: By the name of a command, the topic on which a person's is obeyed meanwhile.
    """

    override: TopicName
    topics: dict[str, TopicName] = Field(min_length=1)


class Bringup(Schema):
    """What starts a robot's drivers.

    Attributes:
        package: Package of a launch file.
        launch: Its name, in the package's ``launch`` folder.
    """

    package: str = Field(min_length=1)
    launch: str = Field(min_length=1)


class RecordedImage(Schema):
    """How a raw camera is kept in recordings.

    Attributes:
        format: ``jpeg`` (small, with loss), ``png`` (without), or ``raw`` as it comes.
        quality: Of a JPEG, 1 to 100.
    """

    format: Literal["raw", "jpeg", "png"] = "raw"
    quality: int = Field(90, ge=1, le=100)


class ContractDocument(Schema):
    """What a contract's YAML file holds.

    Attributes:
        robot: Name of the robot.
        description: One line for people.
        control_rate_hz: Rate of ticks, observations and commands.
        anchor: Name of the image stream whose frames define the ticks.
        base_frame: Frame in which the robot is commanded.
        clock: ``system``, or ``simulated`` where the robot is a simulator that publishes
            ``/clock`` and stamps its messages with it.
        namespace: Namespace that relative topic names are resolved in.
        observations: The streams that a policy may look at, by name.
        commands: The command topics, by name.
        action: What the policy decides; None for data without a robot.
        takeover: How a person takes over from a policy; None where the driver has one channel
            for both.
        autopilot: Topic (std_msgs/msg/Bool) that switches the driver's own autopilot on and off;
            None where it has none.
        guards: What may forbid a policy to command, by the guard's name, with its options; they
            are the policy node's, which checks them.
        world: What a simulated world that stands in for the robot is told; the world checks it.
        bringup: What starts its drivers, for launch files; None where that is not AFIL's to do.
        extra_topics: Topics that are recorded and not used, e.g. ``/tf_static``.
        recording: Raw cameras that the recorder packs, by the stream's name.
    """

    renamed = {"limits": "action.limits"}

    robot: str = Field(min_length=1)
    description: str = ""
    control_rate_hz: float = Field(gt=0)
    anchor: str
    base_frame: str = ""
    clock: Literal["system", "simulated"] = "system"
    namespace: str = ""
    observations: dict[str, Annotated[SerializeAsAny[StreamConfig], _by_kind(KINDS)]] = Field(
        min_length=1
    )
    commands: dict[str, Annotated[SerializeAsAny[CommandConfig], _by_kind(COMMANDS)]] = {}
    action: Annotated[SerializeAsAny[ActionConfig], _by_kind(ACTIONS)] | None = None
    takeover: Takeover | None = None
    autopilot: TopicName | None = None
    guards: dict[str, dict[str, Any]] = {}
    world: dict[str, Any] = {}
    bringup: Bringup | None = None
    extra_topics: dict[TopicName, RecordedTopic] = {}
    recording: dict[str, RecordedImage] = {}

    @model_validator(mode="after")
    def _refuse_shared_topics(self) -> ContractDocument:
        seen: dict[str, str] = {}
        for group in (self.observations, self.commands):
            prefix = "observations" if group is self.observations else "commands"
            # A command that is read and one that is sent may share a topic's name with nothing.
            for name, part in group.items():
                key = f"{prefix}.{name}"
                if part.topic in seen:
                    raise ValueError(
                        f"has {seen[part.topic]} and {key} on one topic, {part.topic}"
                    )
                seen[part.topic] = key
        return self
