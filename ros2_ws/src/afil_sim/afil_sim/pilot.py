"""The scripted expert as a demonstrator: collects a frame's messages and answers them."""

from __future__ import annotations

from afil_core import world_protocol as protocol
from afil_core.codecs import decode, decode_pose, encode_float_array, encode_pose
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_sim.expert import ExplorationNoise, LiftExpert
from afil_sim.franka.kinematics import Vector
from afil_sim.target import TargetIntegrator

Outgoing = tuple[str, bytes]


class ExpertPilot:
    """Answers each frame of a world once, with a gripper command and then a pose.

    A frame is complete when end-effector pose, gripper and object pose of the same stamp are
    there, in whatever order they came. Answers are given in a running episode only.

    Args:
        contract: The robot's contract.
        noise: Standard deviation of the exploration noise on each step, m; 0 for none.

    Raises:
        AfilError: When the noise is negative or the contract is not that of an arm.
    """

    def __init__(self, contract: Contract, noise: float = 0.0) -> None:
        if not noise >= 0.0:
            raise AfilError(f"parameter noise must be 0 or more (m), not {noise}")
        self._contract = contract
        self._integrator = TargetIntegrator(contract)
        assert contract.action is not None
        topics = {c.name: c.topic for c in contract.action.demonstrated}
        self._pose_topic, self._gripper_topic = topics["pose"], topics["gripper"]
        self._pose = self._stream("pose")
        self._gripper = self._stream("gripper_width")
        self._sigma = noise
        self._expert = LiftExpert()
        self._noise = ExplorationNoise(0.0, 0)
        self._episode = -1
        self._running = False
        self._fresh = True
        self._answered_ns = -1
        self._latest: dict[str, tuple[int, Vector]] = {}

    def _stream(self, kind: str) -> Observation:
        return next(s for s in self._contract.observations if s.kind == kind)

    @property
    def streams(self) -> tuple[Observation, ...]:
        """Streams of the contract that it looks at."""
        return self._pose, self._gripper

    def receive(self, topic: str, cdr: bytes) -> list[Outgoing]:
        """Take a message.

        Args:
            topic: A topic of :attr:`streams`, the world's episode or target object topic.
            cdr: The serialized message.

        Returns:
            The answer to the frame that the message completes, to be published in this order
            (gripper, pose); mostly empty.
        """
        if topic == protocol.EPISODE_TOPIC:
            self._follow(protocol.EpisodeStatus.decode(cdr))
        elif topic == protocol.TARGET_OBJECT_TOPIC:
            decoded = decode_pose(cdr)
            self._latest[topic] = (decoded.stamp_ns or 0, decoded.value)
        else:
            stream = next(s for s in self.streams if s.topic == topic)
            decoded = decode(stream, cdr)
            self._latest[topic] = (decoded.stamp_ns or 0, decoded.value)
        return self._answer()

    def _follow(self, status: protocol.EpisodeStatus) -> None:
        self._running = not status.done
        if status.episode != self._episode:
            self._episode = status.episode
            self._fresh = True
            self._noise = ExplorationNoise(self._sigma, status.seed)

    def _answer(self) -> list[Outgoing]:
        needed = (self._pose.topic, self._gripper.topic, protocol.TARGET_OBJECT_TOPIC)
        if not self._running or any(topic not in self._latest for topic in needed):
            return []
        (stamp, ee_pose), (gripper_ns, width), (target_ns, target) = (
            self._latest[topic] for topic in needed
        )
        if not stamp == gripper_ns == target_ns or stamp <= self._answered_ns:
            return []
        if self._fresh:
            # The last frame of the episode before may come after the new episode's status.
            if self._answered_ns >= 0 and stamp < self._answered_ns + protocol.EPISODE_GAP_NS // 2:
                return []
            self._integrator.reset(ee_pose)
            self._fresh = False
        self._answered_ns = stamp
        action = self._expert.act(ee_pose, float(width[0]), target)
        pose, opening = self._integrator.apply(self._noise.apply(action, ee_pose, target))
        return [
            (self._gripper_topic, encode_float_array([opening])),
            (self._pose_topic, encode_pose(pose, stamp, self._contract.base_frame)),
        ]
