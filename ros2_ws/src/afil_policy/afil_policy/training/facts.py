"""What ``training.json`` of a checkpoint says; knows no torch."""

from __future__ import annotations

from afil_core.schema import Schema


class TrainingFacts(Schema):
    """Facts of a finished run.

    Attributes:
        method: Name of the method.
        seed: Training seed.
        dataset_sha256: Identity of the episodes.
        episodes: Number of episodes.
        training_steps: Steps of demonstrations that were trained on.
        final: Last row of the loss log.
        git_revision: Revision of the source tree; None outside of one.
        finished_at: When the run ended, ISO 8601, UTC.
        versions: Versions of what it ran on.
        tasks: The instructions of the demonstrations.
        epoch: The epoch whose weights these are, from 1; None in checkpoints of before.
        processes: How many trained together.
        device: What it ran on.
    """

    method: str
    seed: int
    dataset_sha256: str
    episodes: int
    training_steps: int
    final: dict[str, float]
    git_revision: str | None = None
    finished_at: str
    versions: dict[str, str]
    tasks: tuple[str, ...] = ()
    epoch: int | None = None
    processes: int = 1
    device: str = "cpu"
