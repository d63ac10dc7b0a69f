"""One tiny run of the loop through real processes; the tests look at what each stage left."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock

from afil_core.testing import said_by
from afil_policy.commands import train as train_command


def _helper(stem: str) -> ModuleType:
    # With --import-mode=importlib a test folder is no package; these are its helper modules.
    name = f"afil_end_to_end_{stem}"
    if name not in sys.modules:
        path = Path(__file__).parent / f"{stem}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def processes() -> ModuleType:
    """Module ``processes``: run ``ros2`` commands."""
    return _helper("processes")


@pytest.fixture(scope="session")
def here(processes):
    """Function (command's main, words) -> what it says; run in this process, it must succeed."""

    def run(main: Callable[[], int], *words: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            for key, value in processes.environment().items():
                patch.setenv(key, value)
            code, said = said_by(main, *words)
        assert code == 0, said
        return said

    return run


@pytest.fixture(scope="session")
def peer(processes):
    """Function that makes a node of the test's own, by name, for as long as a block runs."""

    @contextlib.contextmanager
    def among_them(name: str):
        with pytest.MonkeyPatch.context() as patch:
            for key, value in processes.environment().items():
                patch.setenv(key, value)
            made = _helper("peer").Peer(name)
            try:
                yield made
            finally:
                made.close()

    return among_them


@pytest.fixture
def pad(peer):
    """A gamepad in the domain of the processes."""
    with peer("pad") as made:
        yield _helper("pad").Pad(made)


@pytest.fixture
def ros2_command():
    """Function that skips the test where a real ROS 2 lacks one of the packages; it is given them.

    The embedded ROS 2 has no package of the index, and all of the commands.
    """

    def check(*packages: str) -> None:
        prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(":") if p]
        index = Path("share/ament_index/resource_index/packages")

        def has(package: str) -> bool:
            return any((prefix / index / package).is_file() for prefix in prefixes)

        for package in packages:
            if has("rclpy") and not has(package):
                pytest.skip(f"{package} is not installed")

    return check


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="session")
def files_of():
    """Function that answers a folder's files with their hashes."""
    return fingerprint


@pytest.fixture(scope="session")
def workspace(tmp_path_factory) -> Path:
    """Folder of the run."""
    return tmp_path_factory.mktemp("loop")


def record_arguments(output: Path, episodes: int) -> list[str]:
    return [
        *("robot:=franka", "sim:=true", "task:=lift_carrot", "source:=expert", "cue:=intact"),
        *(f"episodes:={episodes}", f"dataset:={output}"),
    ]


@pytest.fixture(scope="session")
def record_command():
    """Function (output, episodes) -> words of the record command."""

    def words(output: Path, episodes: int) -> list[str]:
        return ["launch", "afil_teleop", "record.launch.py", *record_arguments(output, episodes)]

    return words


@pytest.fixture(scope="session")
def made_once(tmp_path_factory) -> Callable[[Path, Callable[[Path], None]], Path]:
    """Function (folder, make) -> folder: the first test process makes it, the others copy it."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made_once"
    shared.mkdir(exist_ok=True)

    def copy(folder: Path, make: Callable[[Path], None]) -> Path:
        original = shared / folder.name
        with FileLock(f"{original}.lock"):
            if not original.exists():
                beside = original.with_suffix(".partial")
                shutil.rmtree(beside, ignore_errors=True)
                make(beside)
                beside.rename(original)
        return Path(shutil.copytree(original, folder, symlinks=True))

    return copy


@pytest.fixture(scope="session")
def demos(workspace, processes, record_command, made_once) -> Path:
    """Two recorded episodes."""
    return made_once(
        workspace / "demos",
        lambda folder: processes.succeed(*record_command(folder, 2), timeout_s=120),
    )


@pytest.fixture(scope="session")
def recorded_files(demos) -> dict[str, str]:
    """Hashes of the recorded files, before any later stage ran."""
    return fingerprint(demos)


@pytest.fixture(scope="session")
def perceived(workspace, demos, recorded_files, processes, made_once) -> Path:
    """The episodes with their saliency sidecars."""

    def perceive(folder: Path) -> None:
        shutil.copytree(demos, folder, symlinks=True)
        processes.succeed("launch", "afil_perception", "perceive.launch.py", f"dataset:={folder}")

    sidecars = made_once(workspace / "perceived", perceive)
    return Path(shutil.copytree(sidecars, demos, symlinks=True, dirs_exist_ok=True))


@pytest.fixture(scope="session")
def runs(workspace, perceived, processes, here, made_once) -> dict[str, Path]:
    """One epoch of each method: run folders by method."""

    def train(folder: Path) -> None:
        def words(method: str) -> list[str]:
            return [
                *("--dataset", str(perceived), "--method", method),
                *("--config", str(processes.ROOT / "launch" / "demo_train.yaml")),
                *("--output", str(folder / method), "--threads", "1"),
                *("--set", "optimizer.epochs=1"),
            ]

        processes.succeed("run", "afil_policy", "train", *words("bc"))
        # The same program, and torch is there already.
        here(train_command.main, *words("autofocus"))

    folder = made_once(workspace / "runs", train)
    return {path.name: path for path in folder.iterdir() if (path / "checkpoint").is_dir()}
