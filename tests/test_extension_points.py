"""A package outside the tree adds one of each, by entry points alone, and all of it is used.

The package is ``tests/extension_package``; its own tests run in a process of their own, in which
it is installed. Its files are the templates of ``docs/extending``.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

POINTS = (
    ("robot", "test_core::test_robot"),
    ("observation kind", "test_core::test_kind"),
    ("command", "test_core::test_command"),
    ("action", "test_core::test_action"),
    ("device", "test_teleoperation::test_device"),
    ("drive", "test_teleoperation::test_drive"),
    ("reset", "test_teleoperation::test_reset"),
    ("VLM", "test_perception::test_vlm"),
    ("describer", "test_perception::test_describer"),
    ("detector", "test_perception::test_detector"),
    ("tracker", "test_perception::test_tracker"),
    ("filter", "test_perception::test_filter"),
    ("engine", "test_perception::test_engine"),
    ("encoder", "test_learning::test_encoder"),
    ("pooling", "test_learning::test_pooling"),
    ("instruction encoder", "test_learning::test_instruction"),
    ("head", "test_learning::test_head"),
    ("method", "test_learning::test_method"),
    ("saliency source", "test_learning::test_saliency_source"),
    ("logger", "test_learning::test_logger"),
    ("world", "test_simulation::test_world"),
    ("task", "test_simulation::test_task"),
    ("environment", "test_simulation::test_environment"),
    ("scenario", "test_simulation::test_scenario"),
    ("command adapter", "test_deploy::test_adapter"),
)
GROUP = '[project.entry-points."afil.'


def _registries(python_files: list[Path], repository: Path) -> Iterator[str]:
    """Names of the registries that the packages make."""
    for path in python_files:
        text = path.read_text(encoding="utf-8")
        inside = path.relative_to(repository).parts[:2] == ("ros2_ws", "src")
        if not inside or "test" in path.parts or "afil_core.registry" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Registry":
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{path}: a registry's name is a text"
                yield str(name.value)


@pytest.fixture(scope="module")
def outcomes(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[bool, str]]:
    """Whether each test of the package passed where it is installed, and what it said."""
    folder = tmp_path_factory.mktemp("extension")
    source, site = folder / "package", folder / "site"
    shutil.copytree(repository / "tests" / "extension_package", source)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(site), str(source)]
    subprocess.run(pip, check=True, cwd=folder)
    # The source must not be found where the installed package is to be.
    shutil.rmtree(source / "turntable")
    report = folder / "report.xml"
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    pytest_ += ["--import-mode=importlib", f"--junitxml={report}", "test"]
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(
        pytest_, cwd=source, env=environment, capture_output=True, text=True, check=False
    )
    assert report.is_file(), done.stdout + done.stderr
    found: dict[str, tuple[bool, str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').split('.')[-1]}::{case.get('name', '').split('[')[0]}"
        words = [*case.iter("failure"), *case.iter("error"), *case.iter("skipped")]
        text = "\n".join(str(word.text or word.get("message")) for word in words)
        passed, before = found.get(name, (True, ""))
        found[name] = (passed and not words, before + text)
    return found


@pytest.mark.parametrize(("point", "test"), POINTS, ids=[point for point, _ in POINTS])
def test_a_package_outside_the_tree_adds_one(
    outcomes: dict[str, tuple[bool, str]], point: str, test: str
) -> None:
    assert importlib.util.find_spec("turntable") is None, "it is to be found there alone"
    assert test in outcomes, f"{test} did not run; these did: {', '.join(outcomes)}"
    passed, said = outcomes[test]
    assert passed, f"{point}: {said}"


def test_all_that_the_package_tests_passes(outcomes: dict[str, tuple[bool, str]]) -> None:
    failed = {name: said for name, (passed, said) in outcomes.items() if not passed}
    assert outcomes and not failed


def test_every_registry_has_its_toy(python_files: list[Path], repository: Path) -> None:
    """A new registry needs a class of it in the package, so that its protocol is tried out."""
    wanted = set(_registries(python_files, repository))
    assert {"kinds", "encoders"} <= wanted, "the search looks for the wrong thing"
    text = (repository / "tests/extension_package/pyproject.toml").read_text(encoding="utf-8")
    there = {line.split('"')[1][5:] for line in text.splitlines() if line.startswith(GROUP)}
    assert wanted == there
