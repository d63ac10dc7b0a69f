"""Are all topics of the contract alive? Asked before an episode starts, not after it is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from afil_core.contract import Contract


@dataclass(frozen=True)
class TopicLife:
    """Signs of life of one topic.

    Attributes:
        publishers: How many publishers are known for it.
        last_received_ns: When its last message came; None when none ever did.
    """

    publishers: int
    last_received_ns: int | None


def preflight(
    contract: Contract,
    life: Callable[[str], TopicLife],
    now_ns: int,
    *,
    simulated: bool,
    grace_s: float = 1.0,
) -> list[str]:
    """Say what keeps an episode from being recorded.

    Commands need no more than a publisher: a person who does not move yet sends none.

    Args:
        contract: The robot's contract.
        life: Signs of life of a topic.
        now_ns: Current time on the clock of ``TopicLife.last_received_ns``.
        simulated: Whether a simulated world is recorded. It is silent until it is reset, so
            that publishers are all one can ask for; and one of each must be all there is.
        grace_s: Silence that is allowed on top of the contract's maximum age.

    Returns:
        One sentence per topic that is not alive; empty when the episode may start.
    """
    problems = []
    for topic, (msgtype, _) in contract.topics().items():
        publishers = life(topic).publishers
        if publishers == 0:
            problems.append(
                f"nothing publishes {topic} ({msgtype}); start its driver or correct the contract"
            )
        elif publishers > 1 and simulated:
            problems.append(
                f"{publishers} nodes publish {topic}: another simulation runs; stop it, or set "
                f"another ROS_DOMAIN_ID"
            )
    if simulated:
        return problems
    for stream in contract.observations:
        signs = life(stream.topic)
        if signs.publishers == 0:
            continue
        if signs.last_received_ns is None:
            problems.append(
                f"{stream.topic} has a publisher but no message came; "
                f"check its driver and that its QoS is compatible ({stream.qos.reliability})"
            )
            continue
        silence_s = (now_ns - signs.last_received_ns) / 1e9
        if silence_s > stream.max_age_s + grace_s:
            problems.append(f"{stream.topic} has been silent for {silence_s:.1f} s")
    return problems
