"""A recording session as a whole, without ROS: what a recorder's node joins to the topics."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from afil_core.contract import Contract
from afil_core.episodes.recover import recover_interrupted
from afil_core.errors import AfilError
from afil_core.topics import Qos
from afil_teleop.recording.dataset import dataset_state
from afil_teleop.recording.findings import Alarms
from afil_teleop.recording.graph import Graph, offers
from afil_teleop.recording.health import ALARM_GRACE_S, Health, Surroundings
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings
from afil_teleop.recording.session import Answer, Phase, Session
from afil_teleop.recording.status import RecorderStatus
from afil_teleop.recording.world import RecordedWorld, ResetService

Log = Callable[[int, str], None]


class RecordingControl:
    """Joins session, recorder and what watches over the topics.

    Args:
        given: The node's parameters.
        contract: The robot's contract, in the node's namespace.
        reset: Service of the simulated world, if one is recorded.
        log: Takes a level of ``logging`` and a line for people.
        sim_time: Whether the node follows ``/clock``.

    Raises:
        AfilError: When the parameters don't fit together or to the dataset.
    """

    def __init__(
        self,
        given: RecordParameters,
        contract: Contract,
        reset: ResetService,
        log: Log,
        *,
        sim_time: bool,
    ) -> None:
        simulated = given.world != "none"
        if not (given.instruction or simulated):
            raise AfilError(
                'parameter instruction is empty; give the task in words, instruction:="..."'
            )
        if given.episodes and given.world != "lock_step":
            raise AfilError(
                f"episodes:={given.episodes} needs a simulated world in lock-step (sim:=true), "
                f"because only there can the recorder start and judge episodes by itself"
            )
        self.contract = contract
        self.dataset = Path(given.dataset).expanduser()
        self.alarms = Alarms()
        self.health = Health(contract, Surroundings(simulated, sim_time))
        self._log = log
        for found in recover_interrupted(self.dataset):
            log(
                logging.WARNING,
                f"an earlier recording was not saved; its {found.messages} messages are whole "
                f"in {found.path}",
            )
        self._state = dataset_state(
            self.dataset,
            contract,
            instruction=given.instruction,
            notes=given.notes,
            first_seed=given.first_seed,
        )
        self.recorder = EpisodeRecorder(
            RecordingSettings(
                self.dataset, contract, given.operator, given.world, given.notes, given.bag
            ),
            given.instruction,
            lambda: self.alarms.problems,
        )
        self.session = Session(self.recorder, self._problems, lambda: self.alarms.grave)
        self.world: RecordedWorld | None = None
        if simulated:
            self.world = RecordedWorld(
                self.session, self.recorder, self._state, reset, log, given.episodes
            )
        self._now_ns, self._wall_ns = 0, 0
        self._unknown = contract.extra_topics() | contract.commander_topics()
        if given.episodes and self._state.episodes:
            log(
                logging.INFO,
                f"{self.dataset} has {self._state.episodes} of {given.episodes} episodes; going "
                f"on with seed {self._state.next_seed}",
            )

    @property
    def is_over(self) -> bool:
        """Whether everything asked for is recorded, or a person quit."""
        if self.world is not None and self.world.unattended is not None:
            return self.world.unattended.finished
        return self.session.phase is Phase.FINISHED

    @property
    def is_unfinished(self) -> bool:
        """Whether fewer episodes are recorded than were asked for."""
        unattended = self.world.unattended if self.world is not None else None
        return unattended is not None and not unattended.finished

    def start(self) -> Answer:
        """Start an episode; in a simulated world, with a new scene."""
        answer = self.session.start()
        if answer.accepted and self.world is not None:
            self.world.started()
        return answer

    def save(self, *, success: bool) -> Answer:
        """Save the open episode."""
        seed = self.world.seed if self.world is not None else None
        return self.session.save(success=success, seed=seed)

    def close(self) -> None:
        """Say what there is; an open episode is never taken for a whole one."""
        unattended = self.world.unattended if self.world is not None else None
        if self.session.phase is Phase.RECORDING:
            if unattended is not None:
                self.session.discard()
            else:
                where = self.recorder.leave()
                self._log(
                    logging.WARNING,
                    f"the open episode was not saved; its messages lie in {where}",
                )
        if unattended is not None:
            self._log(logging.INFO, unattended.summary)

    def know(self, graph: Graph) -> list[tuple[str, str, Qos]]:
        """Take what the ROS graph tells.

        Returns:
            Extra topics whose type is known now, to be subscribed: name, type, quality of
            service. Their messages go to the recorder.
        """
        self.health.graph = graph
        self.recorder.offered = offers(graph)
        found = []
        for topic, (stated, qos) in list(self._unknown.items()):
            offered = graph.get(topic, ())
            msgtype = stated or (offered[0].type if offered else "")
            if not msgtype:
                continue
            del self._unknown[topic]
            try:
                self.recorder.add_extra_topic(topic, msgtype)
            except AfilError as error:
                self._log(logging.WARNING, f"{topic} is not recorded: {error}")
                continue
            found.append((topic, msgtype, qos))
        return found

    def received(self, topic: str, cdr: bytes, now_ns: int, wall_ns: int, sent_ns: int) -> None:
        """Take a message of one of the contract's topics.

        Args:
            topic: The topic.
            cdr: The message.
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            sent_ns: When the middleware sent it.
        """
        if topic in self.health.watches:
            self.health.received(topic, cdr, now_ns, wall_ns)
        self.recorder.receive(topic, cdr, now_ns, sent_ns)

    def look(self, now_ns: int, wall_ns: int) -> bool:
        """Say at once what goes wrong in an episode: the robot still stands there.

        Returns:
            Whether something changed.
        """
        self._now_ns, self._wall_ns = now_ns, wall_ns
        self.recorder.flush_due()
        if self.session.phase is not Phase.RECORDING:
            return False
        begun, ended = self.alarms.update(self.health.findings(now_ns, wall_ns, ALARM_GRACE_S))
        for finding in begun:
            self._log(logging.ERROR, finding.text)
        for finding in ended:
            self._log(logging.INFO, f"no longer: {finding.text}")
        return bool(begun or ended)

    def status(self, now_ns: int, wall_ns: int) -> RecorderStatus:
        """What the recorder says of itself."""
        found = self.health.findings(now_ns, wall_ns)
        return RecorderStatus(
            phase=self.session.phase,
            episode=self.session.episode,
            episodes=self._state.episodes + self.session.saved,
            dataset=self.dataset,
            ledger=self.recorder.ledger,
            watches=self.health.watches,
            problems=tuple(finding.text for finding in found),
        )

    def _problems(self) -> list[str]:
        """Pre-flight: what keeps an episode from starting now."""
        self.alarms.clear()
        found = self.health.findings(self._now_ns, self._wall_ns)
        problems = [finding.text for finding in found]
        if self.world is not None:
            problems += self.world.problems()
        elif not problems:
            for line in self.health.warnings():
                self._log(logging.WARNING, line)
        return problems
