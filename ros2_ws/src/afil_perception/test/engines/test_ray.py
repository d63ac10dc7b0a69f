"""A Ray cluster on this machine: workers are processes, and one of them is killed."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from afil_core.errors import AfilError
from afil_core.registry import Selection
from afil_core.schema import Schema
from afil_perception.engines import ENGINES
from afil_perception.pipeline.config import PerceptionConfig
from afil_perception.pipeline.dataset import perceive_dataset
from afil_perception.pipeline.run_config import RunConfig

TRACKER = """
import os, time
from pathlib import Path
from afil_perception.track.iou import IouTracker

NOTES = Path(os.environ["AFIL_TEST_NOTES"])
WAITING, KILLED = NOTES.parent / "waiting", NOTES.parent / "killed"

class Noted(IouTracker):
    '''Notes who works; all but the first wait until one of them was killed.'''

    class Config(IouTracker.Config):
        '''No more options.'''

    def track(self, clip, phrases, detector):
        mine = NOTES.joinpath(f"{os.getpid()}_{time.time_ns()}")
        mine.touch()
        if any(note.name[-19:] < mine.name[-19:] for note in NOTES.iterdir()):
            (WAITING / str(os.getpid())).touch()
            while not KILLED.exists():
                time.sleep(0.02)
        yield from super().track(clip, phrases, detector)
"""


@pytest.fixture
def noted(tmp_path, monkeypatch) -> Path:
    """A tracker of another package, installed for whoever imports from a folder."""
    package = tmp_path / "package"
    (package / "noted-0.dist-info").mkdir(parents=True)
    (package / "noted.py").write_text(TRACKER)
    (package / "noted-0.dist-info" / "METADATA").write_text("Name: noted\nVersion: 0\n")
    points = "[afil.trackers]\nnoted = noted:Noted\n"
    (package / "noted-0.dist-info" / "entry_points.txt").write_text(points)
    notes = tmp_path / "notes"
    notes.mkdir()
    (tmp_path / "waiting").mkdir()
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("AFIL_TEST_NOTES", str(notes))
    monkeypatch.syspath_prepend(str(package))
    return notes


def workers(notes: Path) -> list[int]:
    return [int(p.name.split("_")[0]) for p in notes.iterdir()]


@pytest.mark.timeout(240)
def test_of_two_workers_one_is_killed_and_nothing_is_lost(
    make_episode, moving_carrot, noted
) -> None:
    from noted import Noted

    for k in range(6):
        episode = make_episode(moving_carrot[k % 3 :])
    dataset = episode.path.parent
    config = PerceptionConfig(tracker=Selection("noted", Noted, Noted.Config()))
    engine = ENGINES.select("ray")
    killed: list[int] = []

    class Killing:
        """Kills a worker that is at work, after the first episode is done."""

        def __init__(self, total: int) -> None:
            self.total = total

        def advance(self, units: int = 1, detail: str = "") -> None:
            if not killed:
                while not (waiting := list((noted.parent / "waiting").iterdir())):
                    time.sleep(0.02)
                killed.append(int(waiting[0].name))
                os.kill(killed[0], signal.SIGKILL)
                (noted.parent / "killed").touch()

    report = perceive_dataset(
        dataset,
        config,
        say=print,
        warn=print,
        run=RunConfig(engine=engine, jobs=2),
        progress=Killing,
    )
    assert (report.written, report.failures) == (6, ())
    # On a busy machine the other one has done all before a third is up in the killed one's place.
    assert len(set(workers(noted))) >= 2 and set(workers(noted)) != set(killed)
    assert len(workers(noted)) == 7, "what the killed one did was done again, and nothing else"
    assert perceive_dataset(dataset, config, say=print).skipped == 6


def test_without_ray_the_command_that_installs_it_is_named(
    make_episode, moving_carrot, monkeypatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    run = RunConfig(engine=ENGINES.select("ray"))
    with pytest.raises(AfilError, match="pip install -r requirements-ray.txt"):
        perceive_dataset(make_episode(moving_carrot).path, PerceptionConfig(), run=run)


def test_the_engine_can_not_publish() -> None:
    engine = ENGINES.select("ray").build()
    assert issubclass(type(engine).Config, Schema)
    with pytest.raises(AfilError, match="use threads"):
        next(engine.run(Path(), PerceptionConfig(), [], 1, lambda *_: None))
