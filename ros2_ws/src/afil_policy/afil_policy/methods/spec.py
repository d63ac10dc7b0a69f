"""What a method builds its networks for, and of what."""

from __future__ import annotations

from dataclasses import dataclass, field

from afil_core.registry import Selection
from afil_policy.encoders.base import Encoder, Stack
from afil_policy.heads.base import Head
from afil_policy.instructions import INSTRUCTIONS
from afil_policy.instructions.base import InstructionEncoder
from afil_policy.pooling.base import Pooling


@dataclass(frozen=True)
class Camera:
    """A camera at the network.

    Attributes:
        name: Its name.
        height: Height of its images, pixels.
        width: Width of its images, pixels.
        channels: Channels of a frame: 3 for color, 1 for depth.
    """

    name: str
    height: int
    width: int
    channels: int = 3


@dataclass(frozen=True)
class Spec:
    """Sizes of what goes in and out, and the parts that the configuration chose.

    Attributes:
        cameras: The cameras, in order.
        proprioception: Numbers of a frame's proprioception, P; may be 0.
        actions: Dimensions of an action, D.
        encoder: The encoder of each camera.
        pooling: What makes a vector of an encoder's features.
        head: What makes actions of all that.
        frames: Frames that are seen at once, T.
        horizon: Actions that are predicted at once, H.
        instruction: What makes numbers of the instruction.
        tasks: The instructions of the demonstrations, which ``Observation.task`` counts.
    """

    cameras: tuple[Camera, ...]
    proprioception: int
    actions: int
    encoder: Selection[Encoder]
    pooling: Selection[Pooling]
    head: Selection[Head]
    frames: int = 1
    horizon: int = 1
    instruction: Selection[InstructionEncoder] = field(
        default_factory=lambda: INSTRUCTIONS.select("ignored")
    )
    tasks: tuple[str, ...] = ()

    def stack(self, camera: Camera, added: int = 0) -> Stack:
        """The channels of a camera's images, with those that a method adds."""
        return Stack(self.frames, camera.channels, added)
