"""A recording session as a whole, without ROS: what a recorder's node joins to the topics."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from afil_core.contract import Contract, RecordedImage
from afil_core.episodes.folders import SET_ASIDE_FOLDER
from afil_core.episodes.recover import recover_interrupted
from afil_core.errors import EXIT_INTERRUPTED, AfilError
from afil_core.topics import Qos
from afil_teleop.recording.dataset import dataset_state
from afil_teleop.recording.disk import DiskWatch
from afil_teleop.recording.episode_commands import EpisodeCommands
from afil_teleop.recording.extras import ExtraTopics
from afil_teleop.recording.graph import Graph, offers
from afil_teleop.recording.health import Surroundings
from afil_teleop.recording.losses import Loss, Losses
from afil_teleop.recording.monitor import Monitor
from afil_teleop.recording.parameters import RecordParameters
from afil_teleop.recording.preflight import SIMULATORS_PATIENCE_S, Preflight
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings
from afil_teleop.recording.resets import Wire, make_reset
from afil_teleop.recording.session import Hooks, Phase, Session
from afil_teleop.recording.shelf import Shelf
from afil_teleop.recording.status import RecorderStatus
from afil_teleop.recording.summary import Summary
from afil_teleop.recording.tasks import TaskList, instructions_of
from afil_teleop.recording.world import RecordedWorld, ResetService

Log = Callable[[int, str], None]


class RecordingControl:
    """Joins session, recorder and what watches over the topics.

    Args:
        given: The node's parameters.
        contract: The robot's contract, in the node's namespace.
        world_reset: Service of the simulated world, if one is recorded.
        wire: Carries what other resets ask for.
        log: Takes a level of ``logging`` and a line for people.
        sim_time: Whether the node follows ``/clock``.

    Raises:
        AfilError: When the parameters don't fit together or to the dataset.

    Attributes:
        session: What is allowed when.
        asked: The episode commands.
        on_end: Called when an episode ended: where it is (None: discarded), whether it counts as
            a success.
    """

    def __init__(
        self,
        given: RecordParameters,
        contract: Contract,
        world_reset: ResetService,
        wire: Wire,
        log: Log,
        *,
        sim_time: bool,
    ) -> None:
        simulated = given.world != "none"
        if not (instructions_of(given.instruction) or simulated):
            raise AfilError(
                'parameter instruction is empty; give the task in words, instruction:="..."'
            )
        if given.episodes and given.world != "lock_step":
            raise AfilError(
                f"episodes:={given.episodes} needs a simulated world in lock-step (sim:=true), "
                f"because only there can the recorder start and judge episodes by itself"
            )
        if given.images != "contract":
            contract = contract.recording_images(RecordedImage(format=given.images))
        self.contract = contract
        self.dataset = Path(given.dataset).expanduser()
        self.monitor = Monitor(
            contract,
            Surroundings(simulated, sim_time),
            DiskWatch(self.dataset, given.session_min),
            lambda: self.recorder.ledger,
            log,
        )
        self.health, self.alarms = self.monitor.health, self.monitor.alarms
        self._losses = Losses()
        self.tasks = TaskList(given.instruction, given.task)
        self.reset = make_reset(given.reset, contract, wire)
        self.summary = Summary(self.dataset)
        self.on_end: Callable[[Path | None, bool], None] = lambda path, success: None
        self._log = log
        recovered = recover_interrupted(self.dataset)
        for found in recovered:
            log(
                logging.WARNING,
                f"an earlier recording was not saved; its {found.messages} messages are whole "
                f"in {found.path}",
            )
        self._state = dataset_state(
            self.dataset,
            contract,
            instructions=self.tasks.instructions,
            notes=given.notes,
            first_seed=given.first_seed,
        )
        self.recorder = EpisodeRecorder(
            RecordingSettings(
                self.dataset, contract, given.operator, given.world, given.notes, given.bag
            ),
            problems=lambda: self.alarms.problems,
        )
        hooks = Hooks(
            problems=self._problems,
            faults=lambda: self.alarms.grave,
            started=self._started,
            ended=self._ended,
            seed=self._seed,
            reset=self.reset,
        )
        self.session = Session(self.recorder, Shelf(self.dataset), hooks)
        apart = [r.path for r in recovered if r.path.parent.name == SET_ASIDE_FOLDER]
        self.session.aside += apart
        for path in apart:
            self.summary.add(path.name, path)
        self.asked = EpisodeCommands(
            self.session, self.recorder, self.tasks, by_itself=bool(given.episodes)
        )
        self.world: RecordedWorld | None = None
        if simulated:
            self.world = RecordedWorld(
                self.session, self.recorder, self._state, world_reset, log, given.episodes
            )
            # A policy may drive on in the last scene until the next one is there.
            self.world.on_scene = self.monitor.begin_episode
        self._extras = ExtraTopics(
            contract.extra_topics() | contract.commander_topics(),
            contract.topics(),
            everything=given.all,
        )
        self.preflight: Preflight | None = None
        if given.preflight == "only":
            more = (SIMULATORS_PATIENCE_S,) if sim_time and not simulated else ()
            self.preflight = Preflight(self._problems, self.health.watches, log, *more)
        if given.episodes and self._state.episodes:
            log(
                logging.INFO,
                f"{self.dataset} has {self._state.episodes} of {given.episodes} episodes; going "
                f"on with seed {self._state.next_seed}",
            )

    @property
    def is_over(self) -> bool:
        """Whether everything asked for is recorded, or a person quit."""
        if self.preflight is not None:
            return self.preflight.exit_code is not None
        if self.world is not None and self.world.unattended is not None:
            return self.world.unattended.finished
        return self.session.phase is Phase.FINISHED

    @property
    def exit_code(self) -> int:
        """Of the process: 0, or why it is not all that was asked for."""
        if self.preflight is not None:
            return (
                EXIT_INTERRUPTED if self.preflight.exit_code is None else self.preflight.exit_code
            )
        unattended = self.world.unattended if self.world is not None else None
        return EXIT_INTERRUPTED if unattended is not None and not unattended.finished else 0

    @property
    def topics(self) -> list[str]:
        """Topics whose publishers matter."""
        return [*self.health.topics, *self._extras.discovered]

    def discover(self, topics: Iterable[str], own: str) -> None:
        """Take the names of all topics, and the recorder's own full name."""
        self.health.own_topic = f"{own}/status"
        self._extras.discover(topics, own)

    def tick(self, wall_s: float) -> None:
        """Go on with what takes time: a reset, a world's episodes.

        Args:
            wall_s: Monotonic wall time, s.
        """
        if self.preflight is not None:
            self.preflight.tick(wall_s)
            return
        if self.world is not None:
            self.world.tick(wall_s)
        line = self.session.tick(wall_s)
        if line:
            self._log(logging.WARNING if "failed" in line else logging.INFO, line)
        for saved in self.asked.due(wall_s):
            self._log(logging.INFO if saved.accepted else logging.WARNING, saved.message)

    def close(self) -> None:
        """Say what there is; an open episode is never taken for a whole one."""
        unattended = self.world.unattended if self.world is not None else None
        # Also one whose save was broken into: what waits for the disk is not lost.
        if self.recorder.is_open:
            if unattended is not None and self.session.is_open:
                self.session.discard()
            else:
                where = self.recorder.leave()
                self._log(
                    logging.WARNING,
                    f"the open episode was not saved; its messages lie in {where}",
                )
        if self.preflight is not None:
            return
        if unattended is not None:
            self._log(logging.INFO, unattended.summary)
        else:
            lines = self.summary.lines(self.session.saved, self.session.aside)
            self._log(logging.INFO, "\n".join(["the session:", *lines]))

    def know(self, graph: Graph) -> list[tuple[str, str, Qos]]:
        """Take what the ROS graph tells.

        Returns:
            Extra topics whose type is known now, to be subscribed: name, type, quality of
            service. Their messages go to the recorder.
        """
        self.health.graph = graph
        self.recorder.offered = offers(graph)
        return self._extras.learn(
            graph, self.recorder.add_extra_topic, partial(self._log, logging.WARNING)
        )

    def received(self, topic: str, cdr: bytes, now_ns: int, wall_ns: int, sent_ns: int) -> None:
        """Take a message of a topic that is recorded.

        Args:
            topic: The topic.
            cdr: The message.
            now_ns: The node's clock.
            wall_ns: Monotonic wall time.
            sent_ns: When the middleware sent it.
        """
        self.health.received(topic, cdr, now_ns, wall_ns, sent_ns)
        try:
            self.recorder.receive(topic, cdr, now_ns, sent_ns)
        except AfilError as error:
            self._refused(error)

    def lost(self, topic: str, total: int) -> None:
        """Take how many messages of a topic the middleware lost so far."""
        self._losses.in_transport(topic, total)
        if topic in self.health.watches:
            self.health.watches[topic].lost = total

    def losses(self) -> list[Loss]:
        """What was lost since this was asked last."""
        return self._losses.since_last(self.recorder.ledger.dropped)

    def look(self, now_ns: int, wall_ns: int) -> bool:
        """Say at once what goes wrong in an episode: the robot still stands there.

        Returns:
            Whether something changed.
        """
        try:
            self.recorder.flush_due()
        except AfilError as error:
            self._refused(error)
        return self.monitor.look(now_ns, wall_ns, recording=self.session.phase is Phase.RECORDING)

    def status(self) -> RecorderStatus:
        """What the recorder says of itself, as of the last look."""
        session = self.session
        found = self.monitor.findings(in_episode=session.phase is Phase.RECORDING)
        missing = self.world is not None and bool(self.world.problems())
        session.look(ready=not found and not missing)
        return RecorderStatus(
            phase=session.phase,
            episode=session.episode,
            last_episode=self.summary.last,
            instruction=self.recorder.instruction,
            task=self.recorder.notes.get("task", ""),
            episodes=self._state.episodes + len(session.saved),
            set_aside=len(session.aside),
            dataset=self.dataset,
            bytes_per_episode=self.summary.bytes_per_episode,
            ledger=self.recorder.ledger,
            watches=self.health.watches,
            findings=tuple(found),
        )

    def _seed(self) -> int | None:
        return self.world.seed if self.world is not None else None

    def _started(self) -> None:
        self.asked.forget()
        self.monitor.begin_episode()
        if self.world is not None and self.world.unattended is None:
            self.world.started()

    def _ended(self, name: str, path: Path | None, success: bool) -> None:
        self.asked.forget()
        for line in self.recorder.costs if path is not None else ():
            self._log(logging.INFO, line)
        self.summary.add(name, path)
        self.on_end(path, success)

    def _problems(self) -> list[str]:
        """Pre-flight: what keeps an episode from starting now."""
        found = self.monitor.findings(in_episode=False)
        problems = [finding.text for finding in found]
        if self.world is not None:
            problems += self.world.problems()
        elif not problems:
            for line in self.health.warnings():
                self._log(logging.WARNING, line)
        return problems

    def _refused(self, error: AfilError) -> None:
        """A person may free some space, and save or discard; a script may not go on."""
        if self.world is not None and self.world.unattended is not None:
            raise error
        self.monitor.refuse(str(error))
