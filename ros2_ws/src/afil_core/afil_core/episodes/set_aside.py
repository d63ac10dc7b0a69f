"""Episodes that a recorder kept aside, because what was wrong would train a wrong policy."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from afil_core.episodes.episode import Episode
from afil_core.episodes.folders import SET_ASIDE_FOLDER, free_names
from afil_core.episodes.metadata import EPISODE_FILE
from afil_core.errors import AfilError
from afil_core.storage import move_in, write_text


def list_set_aside(dataset: Path) -> list[Episode]:
    """The episodes of a dataset that were set aside, by name."""
    folder = dataset / SET_ASIDE_FOLDER
    found = sorted(folder.iterdir()) if folder.is_dir() else ()
    return [Episode(path) for path in found if (path / EPISODE_FILE).is_file()]


def keep_episode(folder: Path) -> Path:
    """Take an episode that was set aside into its dataset after all.

    Its ``episode.yaml`` still says why it was set aside, and when it was kept.

    Args:
        folder: Its folder, ``<dataset>/set_aside/<name>``.

    Returns:
        Its folder in the dataset.

    Raises:
        AfilError: When it is no such episode, or lacks what every episode must have.
    """
    if folder.resolve().parent.name != SET_ASIDE_FOLDER or not folder.is_dir():
        raise AfilError(f"{folder} is no episode that was set aside; give one of set_aside/")
    episode = Episode(folder)
    episode.contract  # noqa: B018  (lacks a topic)
    dataset = folder.resolve().parent.parent
    name = folder.name
    if (dataset / name).exists():
        name = next(free_names(dataset))
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    notes = {**episode.metadata.notes, "kept_at": now}
    metadata = episode.metadata.model_copy(update={"name": name, "notes": notes})
    write_text(folder / EPISODE_FILE, metadata.to_yaml())
    try:
        move_in(folder, dataset / name)
    except OSError as error:
        raise AfilError(f"{folder} cannot be moved to {dataset} ({error.strerror})") from error
    return dataset / name
