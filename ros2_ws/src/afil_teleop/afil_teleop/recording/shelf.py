"""Where saved episodes go that are not in the dataset: the trash, and what was set aside."""

from __future__ import annotations

from pathlib import Path

from afil_core.episodes import keep_episode
from afil_core.errors import AfilError
from afil_core.storage import move_in

# Hidden: what a person threw away is no part of the dataset.
TRASH_FOLDER = ".trash"


class Shelf:
    """Moves episodes between a dataset, its trash and what was set aside.

    A number is never given twice, so an episode that comes back finds its place free.

    Args:
        dataset: Folder of the dataset.
    """

    def __init__(self, dataset: Path) -> None:
        self._dataset = dataset
        self._trashed: list[Path] = []

    def trash(self, episode: Path) -> Path:
        """Move an episode to the trash.

        Returns:
            Where it is now.

        Raises:
            AfilError: When the trash has one of its name.
        """
        place = self._moved(episode, self._dataset / TRASH_FOLDER)
        self._trashed.append(place)
        return place

    def restore(self) -> Path:
        """Bring back what was moved to the trash last.

        Raises:
            AfilError: When this session has moved nothing there.
        """
        if not self._trashed:
            raise AfilError(
                f"this session has deleted nothing; what earlier ones did lies in "
                f"{self._dataset / TRASH_FOLDER}, move it back by hand"
            )
        place = self._moved(self._trashed[-1], self._dataset)
        self._trashed.pop()
        return place

    def keep(self, episode: Path) -> Path:
        """Move an episode that was set aside into the dataset; its reasons stay with it.

        Raises:
            AfilError: When the dataset can't take it.
        """
        return keep_episode(episode)

    def _moved(self, episode: Path, folder: Path) -> Path:
        place = folder / episode.name
        if place.exists():
            raise AfilError(f"{place} is there already; move it away first")
        folder.mkdir(parents=True, exist_ok=True)
        move_in(episode, place)
        return place
