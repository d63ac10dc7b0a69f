"""Records the contract's topics as episodes; the ROS edge of this package's recorder."""

from __future__ import annotations

import time
from pathlib import Path

from afil_interfaces.srv import ResetWorld
from rclpy.clock import Clock, ClockType
from rclpy.event_handler import QoSMessageLostInfo, SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosidl_runtime_py.utilities import get_message
from std_srvs.srv import Trigger

from afil_core.contract import load_contract
from afil_core.errors import EXIT_INTERRUPTED, AfilError
from afil_core.process.node_main import run_node
from afil_core.world_protocol import (
    EPISODE_QOS,
    EPISODE_TOPIC,
    EPISODE_TYPE,
    RESET_SERVICE,
    EpisodeStatus,
)
from afil_teleop.recording.dataset import dataset_state
from afil_teleop.recording.preflight import TopicLife, preflight
from afil_teleop.recording.recorder import EpisodeRecorder, RecordingSettings
from afil_teleop.recording.session import Answer, Phase, Session
from afil_teleop.recording.status import DIAGNOSTICS_TYPE, STATUS_TYPE, Arrivals, RecorderStatus
from afil_teleop.recording.unattended import UnattendedRecording

WORLDS = ("none", "lock_step", "real_time")
# Deep enough for seconds of messages: a recorder that is late must not lose any.
_QUEUE_DEPTH = 500
_TICK_S = 0.02


class RecordNode(Node):
    """Subscribes to every topic of the contract and answers the episode services.

    Parameters: ``robot`` (contract name or file), ``dataset`` (its folder), ``instruction``,
    ``task``, ``operator``, ``cue``, ``noise`` (texts for ``episode.yaml``), ``world`` (none,
    lock_step, real_time), ``episodes`` (record until the dataset has so many, by itself; 0: a
    person starts and saves), ``first_seed`` (of an empty dataset).

    Services (std_srvs/Trigger): ``~/start``, ``~/save``, ``~/save_failure``, ``~/discard``,
    ``~/quit``. Topic ``~/status`` (afil_interfaces/RecorderStatus), once a second.

    Raises:
        AfilError: When a parameter, the contract or the dataset does not fit.
    """

    def __init__(self) -> None:
        super().__init__("record_node")
        self._world = self._text("world", "none")
        if self._world not in WORLDS:
            raise AfilError(f"parameter world is '{self._world}'; use {', '.join(WORLDS)}")
        self._contract = load_contract(self._text("robot", "franka"))
        self._recorder = EpisodeRecorder(self._settings())
        self._session = Session(self._recorder, self._problems)
        self._arrivals = Arrivals(self._contract.topics())
        self._seed: int | None = None
        self._reset_answers: list[ResetWorld.Response] = []
        self._subscribe()
        self._serve()
        self._automatic = self._automation()
        self._diagnostics = self.create_publisher(
            get_message(DIAGNOSTICS_TYPE), "/diagnostics", 10
        )
        self._status = self.create_publisher(get_message(STATUS_TYPE), "~/status", 10)
        # Simulated time stands still while a lock-step world waits; these timers must not.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_TICK_S, self._tick, clock=steady)
        self.create_timer(1.0, self._publish_status, clock=steady)
        print(f"recording to {self._dataset} ({self._contract.robot})", flush=True)

    @property
    def over(self) -> bool:
        """Whether everything asked for is recorded, or a person quit."""
        if self._automatic is not None:
            return self._automatic.finished
        return self._session.phase is Phase.FINISHED

    @property
    def unfinished(self) -> bool:
        """Whether fewer episodes are recorded than were asked for."""
        return self._automatic is not None and not self._automatic.finished

    def close(self) -> None:
        """Say what there is; an open episode is never taken for a whole one."""
        if self._session.phase is Phase.RECORDING:
            if self._automatic is not None:
                self._session.discard()
            else:
                where = self._recorder.leave()
                print(f"the open episode was not saved; its messages lie in {where}", flush=True)
        if self._automatic is not None:
            print(self._automatic.summary, flush=True)

    def _text(self, name: str, default: str) -> str:
        return str(self.declare_parameter(name, default).value)

    def _integer(self, name: str, default: int) -> int:
        return int(self.declare_parameter(name, default).value)

    def _settings(self) -> RecordingSettings:
        dataset = self._text("dataset", "demos")
        if self._text("output", ""):
            raise AfilError("parameter output of record_node is called dataset now; rename it")
        instruction = self._text("instruction", "")
        if not instruction:
            raise AfilError("parameter instruction of record_node is empty; give it in words")
        self._dataset = Path(dataset).expanduser()
        named = {k: self._text(k, "") for k in ("task", "cue", "noise")}
        notes = {k: v for k, v in named.items() if v}
        self._episodes = self._integer("episodes", 0)
        self._state = dataset_state(
            self._dataset,
            self._contract,
            instruction=instruction,
            notes=notes,
            first_seed=self._integer("first_seed", 0),
        )
        return RecordingSettings(
            dataset=self._dataset,
            contract=self._contract,
            instruction=instruction,
            operator=self._text("operator", "unknown"),
            lock_step=self._world == "lock_step",
            notes=notes,
        )

    def _subscribe(self) -> None:
        action = self._contract.action
        commands = [c.topic for c in action.demonstrated] if action else []
        # Headerless commands come first: of what is ready at once, an executor takes the
        # earlier subscription, and the recorder joins them to the stamped one that follows.
        order = sorted(commands, key=lambda t: "Stamped" in self._contract.topics()[t][0])
        order += [t for t in self._contract.topics() if t not in commands]
        for topic in order:
            msgtype, qos = self._contract.topics()[topic]
            self.create_subscription(
                get_message(msgtype),
                topic,
                lambda cdr, topic=topic: self._received(topic, cdr),
                QoSProfile(**qos.profile(depth=_QUEUE_DEPTH)),
                event_callbacks=SubscriptionEventCallbacks(
                    message_lost=lambda lost, topic=topic: self._lost(topic, lost)
                ),
                raw=True,
            )
        if self._world != "none":
            self._reset = self.create_client(ResetWorld, RESET_SERVICE)
            self.create_subscription(
                get_message(EPISODE_TYPE),
                EPISODE_TOPIC,
                self._status_received,
                QoSProfile(**EPISODE_QOS.profile(depth=_QUEUE_DEPTH)),
                raw=True,
            )

    def _serve(self) -> None:
        for name, command in {
            "start": self._start,
            "save": lambda: self._session.save(success=True, seed=self._seed),
            "save_failure": lambda: self._session.save(success=False, seed=self._seed),
            "discard": self._session.discard,
            "quit": self._session.quit,
        }.items():
            self.create_service(
                Trigger, f"~/{name}", lambda _, response, do=command: self._answer(do(), response)
            )

    def _automation(self) -> UnattendedRecording | None:
        if self._episodes == 0:
            return None
        if self._world != "lock_step":
            raise AfilError(
                f"episodes:={self._episodes} needs a simulated world in lock-step (sim:=true), "
                f"because only there can the recorder start and judge episodes by itself"
            )
        if self._state.episodes:
            print(
                f"{self._dataset} has {self._state.episodes} of {self._episodes} episodes; "
                f"going on with seed {self._state.next_seed}",
                flush=True,
            )
        return UnattendedRecording(
            self._session,
            lambda: (self._recorder.frames, sum(self._recorder.counts.values())),
            self._request_reset,
            lambda line: print(line, flush=True),
            episodes=self._episodes,
            existing=self._state.episodes,
        )

    def _start(self) -> Answer:
        answer = self._session.start()
        self._seed = None
        if answer.accepted and self._world != "none":
            # A world that is still running would prepend the end of the last scene.
            self._recorder.pause()
            self._request_reset()
        return answer

    def _answer(self, answer: Answer, response: Trigger.Response) -> Trigger.Response:
        print(answer.message, flush=True)
        response.success, response.message = answer.accepted, answer.message
        return response

    def _problems(self) -> list[str]:
        problems = preflight(
            self._contract,
            lambda t: TopicLife(self.count_publishers(t), self._arrivals.last_ns.get(t)),
            time.monotonic_ns(),
            simulated=self._world != "none",
        )
        if self._world != "none" and not self._reset.service_is_ready():
            problems.append(f"no world offers {RESET_SERVICE}; start one (sim:=true)")
        return problems

    def _received(self, topic: str, cdr: bytes) -> None:
        self._arrivals.add(topic, time.monotonic_ns())
        self._recorder.receive(topic, bytes(cdr), self.get_clock().now().nanoseconds)

    def _lost(self, topic: str, lost: QoSMessageLostInfo) -> None:
        self._arrivals.lost[topic] = lost.total_count

    def _request_reset(self) -> None:
        future = self._reset.call_async(ResetWorld.Request())
        future.add_done_callback(lambda done: self._reset_answered(done.result()))

    def _reset_answered(self, answer: ResetWorld.Response) -> None:
        self._recorder.resume()
        self._reset_answers.append(answer)

    def _status_received(self, cdr: bytes) -> None:
        status = EpisodeStatus.decode(bytes(cdr))
        if self._automatic is not None:
            self._automatic.status_received(status)
            return
        self._seed = status.seed
        if status.done and self._session.phase is Phase.RECORDING:
            verdict = "success" if status.success else "failure"
            print(f"the world says: {verdict} after {status.steps} steps", flush=True)

    def _tick(self) -> None:
        # Answers are taken here, because an error in a future's callback would be swallowed.
        while self._reset_answers:
            answer = self._reset_answers.pop(0)
            if self._automatic is not None:
                self._automatic.reset_answered(
                    answer.episode if answer.success else None, answer.message
                )
            elif not answer.success:
                print(f"dropped: the world could not be reset ({answer.message})", flush=True)
                self._session.discard()
        if self._automatic is not None:
            self._automatic.tick(time.monotonic())

    def _publish_status(self) -> None:
        status = RecorderStatus(
            node=self.get_name(),
            robot=self._contract.robot,
            phase=self._session.phase,
            episode=self._session.episode,
            episodes=self._state.episodes + self._session.saved,
            dataset=self._dataset,
            counts=self._recorder.counts,
            gaps=self._recorder.gaps,
        )
        stamp_ns = self.get_clock().now().nanoseconds
        self._diagnostics.publish(status.diagnostics(stamp_ns))
        self._status.publish(status.encode(stamp_ns, self._arrivals, time.monotonic_ns()))


def main() -> int:
    """Entry point of ``ros2 run afil_teleop record_node``."""
    return run_node(
        RecordNode,
        is_over=lambda node: node.over,
        close=RecordNode.close,
        exit_code=lambda node: EXIT_INTERRUPTED if node.unfinished else 0,
    )
