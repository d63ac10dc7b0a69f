"""All topics of a robot while they arrive: what keeps an episode from starting or from passing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from afil_core.clock import ClockGuard
from afil_core.commander import DECODERS, Commander
from afil_core.commands import Command
from afil_core.contract import Contract
from afil_core.errors import AfilError
from afil_core.kinds import Observation
from afil_core.messages import peek_stamp
from afil_core.topics import Qos
from afil_core.world_protocol import EPISODE_TOPIC
from afil_teleop.recording.clock_watch import STANDING_S, ClockWatch
from afil_teleop.recording.command_limits import CommandLimits
from afil_teleop.recording.findings import Finding
from afil_teleop.recording.graph import Graph, Publisher
from afil_teleop.recording.lateness import Lateness
from afil_teleop.recording.topic_watch import TopicWatch

CLOCK_TOPIC = "/clock"
# Silence that is allowed on top of the contract's greatest age: before an episode a driver may
# be starting; in an episode it is an alarm.
PREFLIGHT_GRACE_S = 1.0
ALARM_GRACE_S = 0.2
# An alarm comes within half a second, of which a look takes some.
_ALARM_S, _ALARM_PERIODS = 0.4, 3
# Where a rate is lower than this share of the contract's, the driver is set up otherwise.
_LEAST_RATE = 0.6
# Causes of silence that are said already.
_DEAF = {"absent", "type", "qos"}


@dataclass(frozen=True)
class Surroundings:
    """What the messages come from.

    Attributes:
        world: Whether AFIL's own simulated world is recorded. It is silent until it is reset, and
            its time stands still while it waits.
        sim_time: Whether the node follows ``/clock``. Rates and silence are measured in its time
            then: a simulator takes as long for a second as it needs.
    """

    world: bool = False
    sim_time: bool = False


class Health:
    """Follows every observation and every demonstrated command of a contract.

    Args:
        contract: The robot's contract.
        surroundings: What the messages come from.

    Attributes:
        graph: Who publishes what, as last seen.
        own_topic: On which the recorder tells its status; empty where it tells none.
        watches: What is known of each topic's messages, in the contract's order.
    """

    def __init__(self, contract: Contract, surroundings: Surroundings) -> None:
        self._contract = contract
        self._around = surroundings
        self._guard = ClockGuard()
        self._simulated = surroundings.sim_time and not surroundings.world
        self._clock = ClockWatch(CLOCK_TOPIC if surroundings.sim_time else "")
        self._lateness: dict[str, Lateness] = {}
        self._commander_types = {t: kind for t, (kind, _) in contract.commander_topics().items()}
        self._commanders: dict[str, Commander] = {}
        self.graph: Graph = {}
        self.own_topic = ""
        anchor = contract.stream(contract.anchor)
        pictures = contract.clock == "system" and not surroundings.world
        demonstrated = contract.action.demonstrated if contract.action else ()
        parts: tuple[Observation | Command, ...] = (*contract.observations, *demonstrated)
        self.watches = {
            part.topic: TopicWatch(
                part,
                offset_s=None if surroundings.world else _offset_s(part, anchor),
                pictures=pictures,
                limits=CommandLimits(contract, part.name) if isinstance(part, Command) else None,
                simulated=self._simulated,
            )
            for part in parts
        }

    @property
    def topics(self) -> list[str]:
        """Topics whose publishers matter."""
        around = [CLOCK_TOPIC] * self._around.sim_time + [EPISODE_TOPIC] * self._around.world
        around += [self.own_topic] * bool(self.own_topic)
        contract = self._contract
        beside = [*contract.extra_topics(), *contract.commander_topics()]
        return [*self.watches, *beside, *around]

    def received(
        self, topic: str, cdr: bytes, now_ns: int, wall_ns: int, sent_ns: int = 0
    ) -> None:
        """Take a message.

        Args:
            topic: Its topic; what the contract does not teach from is not looked at.
            cdr: The message.
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            sent_ns: When the middleware sent it, on its host's clock; 0 where that is not known.
        """
        if topic in self._commander_types:
            self._commander_said(topic, cdr, sent_ns or now_ns)
        if topic not in self.watches:
            return
        watch = self.watches[topic]
        stamp_ns = peek_stamp(cdr) if watch.part.has_header else None
        known_ns = now_ns if stamp_ns is None else stamp_ns
        # A world sends a frame's time among the frame's messages: the clock may be behind.
        arrived_ns = max(now_ns, known_ns) if self._around.world else now_ns
        fault = self._guard.check(topic, known_ns, arrived_ns)
        # Simulated time is no measure of what a message waited.
        taken_ns = wall_ns if self._around.sim_time else now_ns
        late_ns = self._lateness.setdefault(topic, Lateness()).add(sent_ns, taken_ns)
        watch.add(cdr, stamp_ns, now_ns, wall_ns, fault, late_ns, sent_ns or now_ns)

    @property
    def size(self) -> int:
        """Bytes of all messages so far."""
        return sum(watch.size for watch in self.watches.values())

    def begin_episode(self) -> None:
        """What was wrong for a moment before an episode is no fault of it."""
        for watch in self.watches.values():
            watch.begin_episode()

    def look(self, now_ns: int, wall_ns: int, *, every_ns: int = 0) -> None:
        """Follow clock and rates; called several times a second.

        Args:
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            every_ns: How often this is called; 0 where nobody promised.
        """
        if not self._around.world:
            self._clock.look(now_ns, wall_ns, every_ns=every_ns)
            for watch in self.watches.values():
                watch.look(now_ns, wall_ns)

    def findings(
        self, now_ns: int, wall_ns: int, grace_s: float = PREFLIGHT_GRACE_S
    ) -> list[Finding]:
        """What is wrong now.

        Args:
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            grace_s: Silence that is allowed on top of the contract's greatest age.
        """
        in_episode = grace_s < PREFLIGHT_GRACE_S
        clock = self._clock.findings(wall_ns)
        # That the recorder was late is nothing that an episode begins with.
        found = self._no_clock(now_ns) or [f for f in clock if in_episode or f.cause != "late"]
        found += self._second(EPISODE_TOPIC, self.graph.get(EPISODE_TOPIC, ()))
        found += [] if in_episode else self._namesakes()
        for topic, watch in self.watches.items():
            offered = self.graph.get(topic, ())
            wrong = self._publishers(watch.part, offered)
            found += wrong
            if not self._around.world and not _DEAF & {f.cause for f in wrong}:
                silent = self._silence(watch, now_ns, wall_ns, grace_s)
                if silent:
                    watch.history.restart()
                found += silent or self._slow(watch, now_ns, wall_ns, in_episode=in_episode)
            found += watch.findings(wall_ns)
        return found

    def warnings(self) -> list[str]:
        """What does not keep an episode from being recorded, but takes something from it."""
        said = []
        for topic, (msgtype, qos) in self._contract.extra_topics().items():
            offered = self.graph.get(topic, ())
            lacks = _lacking(topic, qos, offered)
            if not offered:
                said.append(f"nothing publishes {topic} ({msgtype or 'any type'}), an extra topic")
            elif lacks:
                said.append(f"{lacks}: nothing arrives; correct extra_topics in the contract")
        return said

    def _commander_said(self, topic: str, cdr: bytes, sent_ns: int) -> None:
        try:
            commander = DECODERS[self._commander_types[topic]](cdr)
        except AfilError:
            return
        is_another = self._commanders.get(topic, commander) is not commander
        self._commanders[topic] = commander
        for watch in self.watches.values():
            watch.commander_said(sent_ns, is_another=is_another)

    def _no_clock(self, now_ns: int) -> list[Finding]:
        if not self._around.sim_time:
            return []
        if not self.graph.get(CLOCK_TOPIC):
            return [
                Finding(
                    CLOCK_TOPIC,
                    "no_clock",
                    "simulated time is on and nothing publishes /clock; start the simulator, or "
                    "set use_sim_time:=false",
                )
            ]
        if now_ns <= 0 and not self._around.world:
            return [
                Finding(
                    CLOCK_TOPIC,
                    "no_clock",
                    "simulated time is on and no time came on /clock yet; let the simulator run",
                )
            ]
        return []

    def _second(self, topic: str, offered: Sequence[Publisher]) -> list[Finding]:
        """Also of who tells seeds and verdicts: a world of another robot shares no other topic."""
        if len(offered) < 2:
            return []
        names = ", ".join(sorted(p.node for p in offered))
        remedy = (
            "another simulation runs; stop it, or set another ROS_DOMAIN_ID"
            if self._around.world
            else "what they send would be mixed in one recording; stop all but one"
        )
        text = f"{len(offered)} nodes publish {topic} ({names}): {remedy}"
        return [Finding(topic, "second", text)]

    def _namesakes(self) -> list[Finding]:
        count = len(self.graph.get(self.own_topic, ()))
        if count < 2:
            return []
        name = self.own_topic.rpartition("/")[0]
        text = f"{count} recorders are called {name}, and keys reach all of them; end the others"
        return [Finding(self.own_topic, "second", text)]

    def _publishers(
        self, part: Observation | Command, offered: Sequence[Publisher]
    ) -> list[Finding]:
        topic = part.topic
        if not offered:
            text = (
                f"nothing publishes {topic} ({part.type}); start its driver or correct the "
                f"contract"
            )
            return [Finding(topic, "absent", text)]
        found = self._second(topic, offered)
        other = sorted({p.type for p in offered} - {part.type})
        if other:
            text = (
                f"{topic} is published as {', '.join(other)}, but the contract says {part.type}; "
                f"correct the driver or the contract"
            )
            found.append(Finding(topic, "type", text))
        lacks = _lacking(topic, part.qos, offered)
        if lacks:
            text = f"{lacks}: nothing arrives; correct the QoS of its driver or of the contract"
            found.append(Finding(topic, "qos", text))
        return found

    def _silence(
        self, watch: TopicWatch, now_ns: int, wall_ns: int, grace_s: float
    ) -> list[Finding]:
        """Commands may be silent: a person who does not move sends none."""
        part = watch.part
        if not isinstance(part, Observation):
            return []
        if watch.last_ns is None:
            text = (
                f"{part.topic} has a publisher but no message came; check its driver and that its "
                f"QoS is compatible ({part.qos.reliability})"
            )
            return [Finding(part.topic, "silent", text)]
        most_s = part.max_age_s + grace_s
        if grace_s < PREFLIGHT_GRACE_S:
            most_s = min(most_s, max(_ALARM_S, _ALARM_PERIODS / part.rate_hz))
        quiet_s, age_s = watch.quiet_s(now_ns, wall_ns), watch.age_s(wall_ns)
        if quiet_s > most_s:
            how_long = f"{quiet_s:.1f} s{self._of_which_time}"
        elif self._simulated and age_s > STANDING_S:
            how_long = f"{age_s:.1f} s"
        else:
            return []
        text = f"{part.topic} has been silent for {how_long}; check its driver and its cable"
        return [Finding(part.topic, "silent", text)]

    def _slow(
        self, watch: TopicWatch, now_ns: int, wall_ns: int, *, in_episode: bool
    ) -> list[Finding]:
        """Slower than the contract says, before an episode; than it used to be, in one."""
        part = watch.part
        if not isinstance(part, Observation):
            return []
        if in_episode:
            low_hz, usual_hz = watch.low_hz, watch.history.usual_hz
            # Two periods without any is a gap that begins.
            if low_hz is None or watch.quiet_s(now_ns, wall_ns) > 2 / usual_hz:
                return []
            text = (
                f"{part.topic} comes at {low_hz:.1f} Hz, and came at {usual_hz:.1f} Hz"
                f"{self._of_which_time}; check its driver, its cable and what else the machine "
                f"does"
            )
            return [Finding(part.topic, "low", text)]
        # And the message that ends the span.
        known_s, seen_s = watch.span_s + 2 / part.rate_hz, watch.seen_s(now_ns, wall_ns)
        if seen_s < known_s:
            text = (
                f"{part.topic} comes since {seen_s:.1f} s, and its rate is known after "
                f"{known_s:.1f} s{self._of_which_time}; wait for it"
            )
            return [Finding(part.topic, "rate", text)]
        rate_hz = watch.rate_at(now_ns, wall_ns)
        if not 0 < rate_hz <= watch.rate.best_hz < _LEAST_RATE * part.rate_hz:
            return []
        text = (
            f"{part.topic} comes at {rate_hz:.1f} Hz{self._of_which_time}, and the contract says "
            f"{part.rate_hz:g} Hz ({part.key}.rate_hz); set its driver, or correct the contract"
        )
        return [Finding(part.topic, "rate", text)]

    @property
    def _of_which_time(self) -> str:
        return " of simulated time" if self._simulated else ""


def _lacking(topic: str, qos: Qos, offered: Sequence[Publisher]) -> str:
    for publisher in offered:
        missing = publisher.qos.missing_for(qos)
        if missing:
            return (
                f"topic {topic} is asked for as {missing}, which {publisher.node} does not offer"
            )
    return ""


def _offset_s(part: Observation | Command, anchor: Observation) -> float:
    return part.max_age_s if isinstance(part, Observation) else anchor.max_age_s
