"""The course of one evaluated episode, without ROS: what to expect, and when to give up."""

from __future__ import annotations

from afil_core.errors import AfilError
from afil_core.world_protocol import EPISODE_TOPIC, RESET_SERVICE, EpisodeStatus
from afil_policy.evaluation.results import EpisodeResult


class EpisodeWatch:
    """Follows the world's status until the episode that was asked for is done.

    Args:
        seed: Seed that the episode must have.
        timeout_s: Longest wall time without any news.
        now_s: Steady clock at the start.

    Attributes:
        task: Name of the world's task; empty until a status of the episode came.
    """

    def __init__(self, seed: int, timeout_s: float, now_s: float) -> None:
        self._seed = seed
        self._timeout_s = timeout_s
        self._news_s = now_s
        self._episode: int | None = None
        self._early: list[EpisodeStatus] = []
        self._result: EpisodeResult | None = None
        self.task = ""

    @property
    def result(self) -> EpisodeResult | None:
        """The episode's result; None while it runs."""
        return self._result

    def reset_answered(
        self, episode: int | None, seed: int, now_s: float, message: str = ""
    ) -> None:
        """Take the answer of the world's reset service.

        Args:
            episode: Number of the episode that it started; None where it refused.
            seed: Seed of the episode.
            now_s: Steady clock.
            message: Why it refused.

        Raises:
            AfilError: When the world refused, or runs another seed.
        """
        if episode is None:
            raise AfilError(f"the world refused {RESET_SERVICE}: {message or 'no reason given'}")
        self._episode = episode
        if seed != self._seed:
            raise AfilError(
                f"the world runs seed {seed} where seed {self._seed} was due; is another program "
                "resetting it? Stop that, then run the same command again"
            )
        self._news_s = now_s
        for status in self._early:
            self.status_received(status, now_s)

    def status_received(self, status: EpisodeStatus, now_s: float) -> None:
        """Take a status of the world; those of earlier episodes are ignored.

        Raises:
            AfilError: When somebody else has started a later one.
        """
        if self._episode is None:
            # The status may overtake the answer of the service that caused it.
            self._early.append(status)
            return
        if status.episode > self._episode:
            raise AfilError(
                f"somebody called {RESET_SERVICE} in the episode of seed {self._seed}, which is "
                f"lost; let nobody else reset the world, then run the same command again"
            )
        if status.episode != self._episode:
            return
        self._news_s = now_s
        self.task = status.task
        if status.done:
            self._result = EpisodeResult(
                seed=status.seed,
                success=status.success,
                steps=status.steps,
                timeouts=status.timeouts,
                score=status.score,
                metrics=dict(status.metrics),
            )

    def time_passed(self, now_s: float) -> None:
        """Take the world's time, which says that the episode goes on."""
        if self._episode is not None:
            self._news_s = now_s

    def require_news(self, now_s: float) -> None:
        """Check that the episode goes on.

        Raises:
            AfilError: When nothing was heard for too long.
        """
        if now_s - self._news_s > self._timeout_s:
            what = RESET_SERVICE if self._episode is None else EPISODE_TOPIC
            raise AfilError(
                f"nothing was heard on {what} for {self._timeout_s:g} s in the episode of seed "
                f"{self._seed}; the world hangs or is too slow (--episode-timeout)"
            )
