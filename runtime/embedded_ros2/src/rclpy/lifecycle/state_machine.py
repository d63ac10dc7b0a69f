"""The life cycle of a managed node (design.ros2.org/articles/node_lifecycle.html)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from lifecycle_msgs.msg import State, Transition


class TransitionCallbackReturn(IntEnum):
    """What a transition callback returns."""

    SUCCESS = Transition.TRANSITION_CALLBACK_SUCCESS
    FAILURE = Transition.TRANSITION_CALLBACK_FAILURE
    ERROR = Transition.TRANSITION_CALLBACK_ERROR


class LifecycleState(NamedTuple):
    """A state as callbacks see it."""

    label: str
    state_id: int


@dataclass(frozen=True)
class Edge:
    """One transition."""

    id: int
    label: str
    start: int
    goal: int


STATE_LABELS = {
    State.PRIMARY_STATE_UNKNOWN: "unknown",
    State.PRIMARY_STATE_UNCONFIGURED: "unconfigured",
    State.PRIMARY_STATE_INACTIVE: "inactive",
    State.PRIMARY_STATE_ACTIVE: "active",
    State.PRIMARY_STATE_FINALIZED: "finalized",
    State.TRANSITION_STATE_CONFIGURING: "configuring",
    State.TRANSITION_STATE_CLEANINGUP: "cleaningup",
    State.TRANSITION_STATE_SHUTTINGDOWN: "shuttingdown",
    State.TRANSITION_STATE_ACTIVATING: "activating",
    State.TRANSITION_STATE_DEACTIVATING: "deactivating",
    State.TRANSITION_STATE_ERRORPROCESSING: "errorprocessing",
}
_S, _T = State, Transition
_ERROR = _S.TRANSITION_STATE_ERRORPROCESSING
_OUTCOMES = ("transition_success", "transition_failure", "transition_error")


def _stage(
    first: list[tuple[int, str, int]], through: int, base: int, goals: tuple[int, int, int]
) -> list[Edge]:
    """Edges into a transitional state and its three ways out."""
    edges = [Edge(number, label, start, through) for number, label, start in first]
    return edges + [Edge(base + i, _OUTCOMES[i], through, goal) for i, goal in enumerate(goals)]


_UN, _IN, _AC, _FI = (_S.PRIMARY_STATE_UNCONFIGURED, _S.PRIMARY_STATE_INACTIVE,
                      _S.PRIMARY_STATE_ACTIVE, _S.PRIMARY_STATE_FINALIZED)  # fmt: skip
EDGES = [
    *_stage([(_T.TRANSITION_CONFIGURE, "configure", _UN)], _S.TRANSITION_STATE_CONFIGURING,
            _T.TRANSITION_ON_CONFIGURE_SUCCESS, (_IN, _UN, _ERROR)),
    *_stage([(_T.TRANSITION_CLEANUP, "cleanup", _IN)], _S.TRANSITION_STATE_CLEANINGUP,
            _T.TRANSITION_ON_CLEANUP_SUCCESS, (_UN, _IN, _ERROR)),
    *_stage([(_T.TRANSITION_ACTIVATE, "activate", _IN)], _S.TRANSITION_STATE_ACTIVATING,
            _T.TRANSITION_ON_ACTIVATE_SUCCESS, (_AC, _IN, _ERROR)),
    *_stage([(_T.TRANSITION_DEACTIVATE, "deactivate", _AC)], _S.TRANSITION_STATE_DEACTIVATING,
            _T.TRANSITION_ON_DEACTIVATE_SUCCESS, (_IN, _AC, _ERROR)),
    *_stage([(_T.TRANSITION_UNCONFIGURED_SHUTDOWN, "shutdown", _UN),
             (_T.TRANSITION_INACTIVE_SHUTDOWN, "shutdown", _IN),
             (_T.TRANSITION_ACTIVE_SHUTDOWN, "shutdown", _AC)], _S.TRANSITION_STATE_SHUTTINGDOWN,
            _T.TRANSITION_ON_SHUTDOWN_SUCCESS, (_FI, _FI, _ERROR)),
    *_stage([], _ERROR, _T.TRANSITION_ON_ERROR_SUCCESS, (_UN, _FI, _FI)),
]  # fmt: skip


class TransitionError(RuntimeError):
    """The transition does not start in the current state."""


class StateMachine:
    """Current state and the edges that leave it."""

    def __init__(self) -> None:
        self.state = _UN

    @property
    def current(self) -> LifecycleState:
        """Current state with its label."""
        return LifecycleState(STATE_LABELS[self.state], self.state)

    @property
    def current_state(self) -> tuple[int, str]:
        """Number and label of the current state, as rclpy's own machine has them."""
        return self.state, STATE_LABELS[self.state]

    def available(self) -> list[Edge]:
        """Edges that leave the current state."""
        return [edge for edge in EDGES if edge.start == self.state]

    def find(self, label: str = "", number: int | None = None) -> Edge:
        """Edge from the current state by label or id.

        Raises:
            TransitionError: There is none.
        """
        for edge in self.available():
            if (label and edge.label == label) or (not label and edge.id == number):
                return edge
        raise TransitionError(
            f"Failed to trigger lifecycle state machine transition: Transition is not registered. "
            f"No transition '{label or number}' leaves the state '{STATE_LABELS[self.state]}'"
        )

    def outcome(self, code: TransitionCallbackReturn) -> Edge:
        """Edge that a callback's return value takes."""
        position = {
            TransitionCallbackReturn.SUCCESS: 0,
            TransitionCallbackReturn.FAILURE: 1,
            TransitionCallbackReturn.ERROR: 2,
        }[code]
        return self.find(_OUTCOMES[position])
