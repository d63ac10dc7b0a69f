"""What ``make ros`` makes beside a ROS 2: a virtual environment, and the file that one sources.

A ROS installation's own ``ros2`` runs under a Python that lacks what launch files import, so the
environment has a ``ros2`` of its own, and the file puts it first.
"""

from __future__ import annotations

import hashlib
import shlex
import site
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "ros"
VENV = WORK / "venv"
SETUP = WORK / "setup.bash"
# Not for a ROS installation: its own DDS is used, and linting is done without it.
LEFT_OUT = ("cyclonedds", "hatchling", "ruff", "mypy", "import-linter", "types-PyYAML")


class MissingError(Exception):
    """A sentence that says what is missing and what to do."""


def requirements() -> list[str]:
    """Return the requirements that a ROS installation does not bring."""
    kept = []
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name = line.split("=")[0].split(";")[0].strip()
        if line.strip() and not line.startswith("#") and name not in LEFT_OUT:
            kept.append(line)
    return kept


def make_environment(*, with_tests: bool) -> None:
    """Make the virtual environment that sees ROS's packages, unless it is there already.

    Args:
        with_tests: Whether it has what only tests need, and every optional group.

    Raises:
        MissingError: it cannot be made.
    """
    wanted = WORK / "requirements.txt"
    lines = requirements()
    if not _is_installed("requirements", lines):
        print("== making the virtual environment (PyTorch is the large part)", flush=True)
        WORK.mkdir(parents=True, exist_ok=True)
        venv = [sys.executable, "-m", "venv", "--system-site-packages", str(VENV)]
        if subprocess.run(venv, check=False).returncode:
            raise MissingError(
                f"{sys.executable} cannot make a virtual environment (python3-venv)"
            )
        _see_outer_environment(VENV / "bin" / "python")
        wanted.write_text("\n".join(lines) + "\n")
        # Python 3.10 brings a pip that searches for these versions for minutes.
        _install("itself", "pip>=25")
        _install("the requirements", "-r", str(wanted))
        _install_colcon()
        _write_ros2()
        _mark_installed("requirements", lines)
    if with_tests:
        names = ("test", "models", "ray", "metaworld")
        files = {name: ROOT / f"requirements-{name}.txt" for name in names}
        texts = [*lines, *(path.read_text(encoding="utf-8") for path in files.values())]
        if not _is_installed("tests", texts):
            print("== installing what the tests need", flush=True)
            # It names those of models and ray.
            _install("what tests need", "-c", str(wanted), "-r", str(files["test"]))
            # It asks for a MuJoCo that is not ours.
            _install("Meta-World", "--no-deps", "-r", str(files["metaworld"]))
            _mark_installed("tests", texts)


def _is_installed(what: str, texts: list[str]) -> bool:
    stamp = VENV / f"afil-{what}.sha256"
    return stamp.is_file() and stamp.read_text() == digest(texts)


def _mark_installed(what: str, texts: list[str]) -> None:
    (VENV / f"afil-{what}.sha256").write_text(digest(texts))


def digest(texts: list[str]) -> str:
    """Return a hash of texts and of this Python, to know again what was made of them."""
    return hashlib.sha256("\n".join([sys.version, *texts]).encode()).hexdigest()


def _install(what: str, *words: str) -> None:
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    command = [*pip, "--disable-pip-version-check", *words]
    if subprocess.run(command, check=False).returncode:
        raise MissingError(f"pip could not install {what}; its message says why")


def _install_colcon() -> None:
    """An older colcon may be there and not run with this setuptools, so it is tried."""
    colcon = (
        "import colcon_ros, runpy, sys; sys.argv[1:] = ['build', '--help']; "
        "runpy.run_module('colcon', run_name='__main__')"
    )
    command = [str(VENV / "bin" / "python"), "-c", colcon]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        newest = ("--upgrade", "--upgrade-strategy", "eager", "colcon-common-extensions")
        _install("colcon", *newest)


def _see_outer_environment(python: Path) -> None:
    """Let the environment see the packages of the one that ``python3`` itself belongs to.

    ``--system-site-packages`` shows those of the base interpreter alone; a ROS 2 built from
    source often has what it needs (numpy, lark, PyYAML) in an environment of its own.
    """
    if sys.prefix == sys.base_prefix:
        return
    question = "import sysconfig; print(sysconfig.get_path('purelib'))"
    ours = subprocess.run(
        [str(python), "-c", question], capture_output=True, text=True, check=True
    )
    outer = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (Path(ours.stdout.strip()) / "outer-environment.pth").write_text("\n".join(outer) + "\n")


def _write_ros2() -> None:
    """Put a ``ros2`` into the environment, so that launch files see its packages, too."""
    script = VENV / "bin" / "ros2"
    script.write_text(
        f"#!{VENV / 'bin' / 'python'}\nimport sys\n\nfrom ros2cli.cli import main\n\n"
        f"sys.exit(main())\n"
    )
    script.chmod(0o755)


def write_setup() -> None:
    """Write what one sources: the workspace, and the ``ros2`` that sees its Python packages."""
    lines = (
        f". {shlex.quote(str(WORK / 'install' / 'setup.bash'))}",
        # The installation's own ros2 runs under a Python that lacks them.
        f'export PATH={shlex.quote(str(VENV / "bin"))}:"$PATH"',
    )
    SETUP.write_text("\n".join(lines) + "\n")
