"""Episodes to the trash, from what was set aside, and back."""

import pytest

from afil_core.episodes import Episode, EpisodeWriter, list_episodes
from afil_core.errors import AfilError
from afil_core.testing.episodes import fill
from afil_teleop.recording.shelf import Shelf


@pytest.fixture
def save(tmp_path, franka, robot):
    """Function that saves an episode, set aside if there are reasons."""

    def make(*reasons):
        writer = EpisodeWriter(tmp_path / "demos", franka, "lift it")
        fill(writer, 3, robot)
        return writer.save(True, set_aside=reasons)

    return make


def names(dataset):
    return [episode.path.name for episode in list_episodes(dataset)]


def test_a_deleted_episode_lies_in_the_trash_and_comes_back_under_its_name(save, tmp_path):
    shelf = Shelf(tmp_path / "demos")
    save()
    gone = save()
    assert shelf.trash(gone) == tmp_path / "demos/.trash/episode_000001"
    assert names(tmp_path / "demos") == ["episode_000000"]
    assert save().name == "episode_000002", "its number is not given again"
    assert shelf.restore() == gone
    assert names(tmp_path / "demos") == ["episode_000000", "episode_000001", "episode_000002"]
    with pytest.raises(AfilError, match="deleted nothing"):
        shelf.restore()


def test_what_was_set_aside_is_kept_with_its_reasons(save, tmp_path):
    shelf = Shelf(tmp_path / "demos")
    save()
    aside = save("two nodes publish /a")
    assert aside.parent.name == "set_aside"
    assert names(tmp_path / "demos") == ["episode_000000"]
    kept = shelf.keep(aside)
    assert names(tmp_path / "demos") == ["episode_000000", "episode_000001"]
    reasons = Episode(kept).metadata.set_aside
    assert reasons == ("two nodes publish /a",), "the reason stays"


def test_nothing_is_overwritten(save, tmp_path):
    shelf = Shelf(tmp_path / "demos")
    one = save()
    (tmp_path / "demos/.trash/episode_000000").mkdir(parents=True)
    with pytest.raises(AfilError, match="is there already"):
        shelf.trash(one)
    assert one.is_dir()
