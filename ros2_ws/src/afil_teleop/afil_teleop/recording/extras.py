"""Topics beside those that teach: what the contract names as extra, or all that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from afil_core.errors import AfilError
from afil_core.topics import Qos
from afil_teleop.recording.graph import Graph, Publisher

# Each a topic to be subscribed: name, type, quality of service.
Found = list[tuple[str, str, Qos]]


class ExtraTopics:
    """Finds out the types of topics that are to be recorded, too.

    Args:
        stated: Type (may be empty) and quality of service of the contract's, by topic.
        known: Topics that are recorded anyway.
        everything: Whether all topics are recorded that somebody publishes.
    """

    def __init__(
        self, stated: Mapping[str, tuple[str, Qos]], known: Iterable[str], *, everything: bool
    ) -> None:
        self._waiting = dict(stated)
        self._known = {*known, *stated}
        self._everything = everything
        self._discovered: set[str] = set()

    @property
    def discovered(self) -> list[str]:
        """Topics that nobody named, of which no message can be had yet."""
        return sorted(self._discovered)

    def discover(self, topics: Iterable[str], own: str) -> None:
        """Take the names of all topics; hidden ones and the recorder's own are left out.

        Args:
            topics: Names.
            own: Full name of the recorder's node.
        """
        if not self._everything:
            return
        for topic in topics:
            hidden = any(part.startswith("_") for part in topic.split("/"))
            if not hidden and not topic.startswith(f"{own}/"):
                self._discovered |= {topic} - self._known

    def learn(
        self,
        graph: Graph,
        add: Callable[[str, str, Qos], None],
        warn: Callable[[str], None],
    ) -> Found:
        """Take what the ROS graph tells.

        Args:
            graph: Who publishes what.
            add: Prepares the recorder for a topic.
            warn: Says why a topic can't be recorded.

        Returns:
            Topics whose type is known now.
        """
        for topic in self.discovered:
            offered = graph.get(topic, ())
            if offered:
                self._waiting[topic] = ("", _as_offered(offered))
                self._discovered.discard(topic)
                self._known.add(topic)
        found = []
        for topic, (stated, qos) in list(self._waiting.items()):
            offered = graph.get(topic, ())
            msgtype = stated or (offered[0].type if offered else "")
            if not msgtype:
                continue
            del self._waiting[topic]
            try:
                add(topic, msgtype, qos)
            except AfilError as error:
                warn(f"{topic} is not recorded: {error}")
                continue
            found.append((topic, msgtype, qos))
        return found


def _as_offered(offered: Iterable[Publisher]) -> Qos:
    """What all of a topic's publishers give, as ``ros2 bag record`` asks for it."""
    profiles = [publisher.qos for publisher in offered]
    reliable = all(profile.reliability == 1 for profile in profiles)
    latched = all(profile.durability == 1 for profile in profiles)
    return Qos(
        reliability="reliable" if reliable else "best_effort",
        durability="transient_local" if latched else "volatile",
    )
