"""The contract of one robot: its streams, its commands, its action, its text and its identity."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any

import yaml

from afil_core import schema
from afil_core.actions import ACTIONS, Action, Commands
from afil_core.codecs.image import COMPRESSED_IMAGE
from afil_core.commander import COMMANDER_TOPIC, COMMANDER_TYPE, LATCHED, OVERRIDE_TYPE
from afil_core.commands import COMMANDS, Command
from afil_core.contract.document import ContractDocument, RecordedImage, Takeover
from afil_core.errors import AfilError
from afil_core.kinds import KINDS, Observation
from afil_core.kinds.image import Image
from afil_core.schema import nearest
from afil_core.topics import Qos, resolve

# What does not change what data mean.
_MEANINGLESS = (
    *("autopilot", "bringup", "description", "namespace", "guards", "world", "extra_topics"),
    *("recording", "takeover"),
)


class Contract:
    """What a robot's topics mean.

    Args:
        document: What the YAML file says.
        source: File name for error sentences.

    Raises:
        AfilError: When its parts don't fit together.

    Attributes:
        document: What the YAML file says.
        observations: The streams that a policy may look at.
        commands: The command topics, by name.
        action: What the policy decides; None for data without a robot.
    """

    def __init__(self, document: ContractDocument, source: str = "contract") -> None:
        self.document = document
        space = document.namespace
        try:
            self.observations: tuple[Observation, ...] = tuple(
                KINDS.get(config.kind)(config, name, space)
                for name, config in document.observations.items()
            )
            self.commands: dict[str, Command] = {
                name: COMMANDS.get(config.kind)(config, name, space)
                for name, config in document.commands.items()
            }
            self.action: Action | None = None
            if document.action is not None:
                kind = ACTIONS.get(document.action.kind)
                self.action = kind(document.action, self.commands, self.observations)
            if self.anchor not in {s.name for s in self.images}:
                names = ", ".join(s.name for s in self.images) or "none"
                raise AfilError(
                    f"anchor is '{self.anchor}', but must name an image stream ({names})"
                )
            for name in document.recording:
                if name not in {s.name for s in self.images if isinstance(s, Image)}:
                    raise AfilError(f"recording names '{name}', which is no raw image stream")
            for name in document.takeover.topics if document.takeover else ():
                if name not in self.commands:
                    raise AfilError(
                        f"takeover.topics names '{name}', but commands has "
                        f"{', '.join(self.commands) or 'none'}"
                    )
        except AfilError as error:
            raise AfilError(f"{source}: {error}") from error

    @property
    def robot(self) -> str:
        """Name of the robot."""
        return self.document.robot

    @property
    def description(self) -> str:
        """One line for people."""
        return self.document.description

    @property
    def control_rate_hz(self) -> float:
        """Rate of ticks, observations and commands."""
        return self.document.control_rate_hz

    @property
    def anchor(self) -> str:
        """Name of the image stream whose frames define the ticks."""
        return self.document.anchor

    @property
    def base_frame(self) -> str:
        """Frame in which the robot is commanded."""
        return self.document.base_frame

    @property
    def clock(self) -> str:
        """``system`` or ``simulated``."""
        return self.document.clock

    @property
    def namespace(self) -> str:
        """Namespace that relative topic names are resolved in."""
        return self.document.namespace

    @property
    def period_ns(self) -> int:
        """Control period in nanoseconds."""
        return round(1e9 / self.control_rate_hz)

    @cached_property
    def images(self) -> tuple[Observation, ...]:
        """The color image streams."""
        return tuple(s for s in self.observations if s.is_image)

    @cached_property
    def proprioception(self) -> tuple[Observation, ...]:
        """The streams of numbers: what the robot knows of itself."""
        return tuple(s for s in self.observations if s.is_vector)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contract) and self.document == other.document

    def __hash__(self) -> int:
        return hash(self.sha256)

    def stream(self, name: str) -> Observation:
        """The observation stream of that name.

        Raises:
            AfilError: When there is none.
        """
        for stream in self.observations:
            if stream.name == name:
                return stream
        known = [s.name for s in self.observations]
        raise AfilError(
            f"contract '{self.robot}' has no observation '{name}'; {nearest(name, known)}"
            f"it has {', '.join(known)}"
        )

    def topics(self) -> dict[str, tuple[str, Qos]]:
        """Type and QoS of every topic that teaches: observations and demonstrated commands."""
        topics = {s.topic: (s.type, s.qos) for s in self.observations}
        if self.action is not None:
            topics.update({c.topic: (c.type, c.qos) for c in self.action.demonstrated})
        return topics

    def required_topics(self) -> list[str]:
        """Topics without which an episode teaches nothing."""
        demonstrated = self.action.demonstrated if self.action is not None else ()
        silent = {c.topic for c in demonstrated if c.config.on_change}
        required = [
            resolve(topic, self.namespace)
            for topic, extra in self.document.extra_topics.items()
            if extra.required
        ]
        return [*(t for t in self.topics() if t not in silent), *required]

    def extra_topics(self) -> dict[str, tuple[str, Qos]]:
        """Type (may be empty) and QoS of every topic that is recorded and not used."""
        return {
            resolve(topic, self.namespace): (extra.type, extra.qos)
            for topic, extra in self.document.extra_topics.items()
        }

    @property
    def takeover(self) -> Takeover | None:
        """How a person takes over, where the driver knows of it; its names as they are."""
        return self.document.takeover

    @property
    def autopilot(self) -> str | None:
        """The topic that switches the driver's own autopilot on and off; None without one."""
        topic = self.document.autopilot
        return None if topic is None else resolve(topic, self.namespace)

    def commander_topics(self) -> dict[str, tuple[str, Qos]]:
        """Type and QoS of the topics that say who commands: AFIL's, and the driver's override."""
        if self.action is None:
            return {}
        topics = {resolve(COMMANDER_TOPIC, self.namespace): (COMMANDER_TYPE, LATCHED)}
        if self.takeover is not None:
            override = resolve(self.takeover.override, self.namespace)
            topics[override] = (OVERRIDE_TYPE, LATCHED)
        return topics

    def interface(self, name: str = "") -> Commands:
        """Commands of a command interface; the default one when no name is given.

        Raises:
            AfilError: When the contract has no action or no such interface.
        """
        if self.action is None:
            raise AfilError(f"contract '{self.robot}' has no action: nothing can be commanded")
        name = name or self.action.default_interface
        if name not in self.action.interfaces:
            known = list(self.action.interfaces)
            raise AfilError(
                f"contract '{self.robot}' has no command interface '{name}'; "
                f"{nearest(name, known)}it has {', '.join(known)}"
            )
        return self.action.interfaces[name]

    def require_action(self) -> Action:
        """The action.

        Raises:
            AfilError: When the contract has none.
        """
        if self.action is None:
            raise AfilError(
                f"contract '{self.robot}' has no action, so there is nothing to imitate or to "
                f"command; record with a robot's contract"
            )
        return self.action

    def within(self, namespace: str) -> Contract:
        """The same robot with its relative topics in a namespace."""
        space = namespace.strip("/")
        if space == self.namespace:
            return self
        return Contract(self.document.model_copy(update={"namespace": space}))

    @cached_property
    def as_recorded(self) -> Contract:
        """What a recording's topics are: packed cameras are compressed images beside their own."""
        packed = {n: r for n, r in self.document.recording.items() if r.format != "raw"}
        if not packed:
            return self
        data = self.to_dict()
        data["recording"] = {}
        for name, image in packed.items():
            raw = data["observations"][name]
            kept = {key: raw[key] for key in raw if key != "encoding"}
            data["observations"][name] = {
                **kept,
                "kind": "compressed_image",
                "topic": f"{raw['topic']}/compressed",
                "type": COMPRESSED_IMAGE,
                "format": image.format,
                "quality": image.quality,
            }
        return Contract(schema.read(ContractDocument, data, "contract as recorded"))

    def recording_images(self, image: RecordedImage) -> Contract:
        """The same robot with all of its raw cameras kept in another way."""
        raw = {s.name: image for s in self.images if isinstance(s, Image)}
        return Contract(self.document.model_copy(update={"recording": raw}))

    def to_dict(self) -> dict[str, Any]:
        """The contract as plain data, in the form of its YAML file."""
        return schema.to_plain(self.document)

    def to_yaml(self) -> str:
        """The contract as YAML that :func:`afil_core.contract.parse_contract` reads back."""
        return schema.to_yaml(self.document)

    def meaning(self) -> dict[str, Any]:
        """The plain data that say what recordings of the robot mean."""
        return {k: v for k, v in self.to_dict().items() if k not in _MEANINGLESS}

    @cached_property
    def sha256(self) -> str:
        """Identity of the contract's meaning: comments, key order, namespace do not count."""
        text = yaml.safe_dump(self.meaning(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
