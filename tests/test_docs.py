"""What the docs say is so: links lead somewhere, commands parse, templates are tested files."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_BLOCK = re.compile(r"^```(?:sh|bash|console)?\n(.*?)^```", re.M | re.S)
_MAKE = re.compile(r"`make ([a-z][a-z-]*)|^make ([a-z][a-z-]*)", re.M)


def _pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines()]


PAGES = _pages()


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _commands() -> Iterator[tuple[str, str]]:
    """Every command of a block of commands, with its page; lines that go on are one."""
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in re.sub(r"\\\n\s*", "", block).splitlines():
                if line.startswith(("ros2 launch ", "ros2 run ")):
                    yield _name(page), line


COMMANDS = sorted(set(_commands()))


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert not broken


def test_templates_are_the_tested_files(repository: Path) -> None:
    spec = importlib.util.spec_from_file_location("docs", repository / "tools" / "docs.py")
    assert spec is not None and spec.loader is not None
    docs = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(docs)
    shown = [p for p in docs.pages() if docs.FENCE.search(p.read_text(encoding="utf-8"))]
    assert shown, "no page shows a file: the search looks for the wrong thing"
    stale = [p.name for p in shown if docs.filled(text := p.read_text(encoding="utf-8")) != text]
    assert not stale, "run `make docs`"


def test_each_file_of_the_extension_package_is_a_template(repository: Path) -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in (repository / "docs").rglob("*.md"))
    folder = repository / "tests" / "extension_package" / "turntable"
    files = [p for p in folder.iterdir() if p.suffix in (".py", ".yaml") and p.stem != "__init__"]
    assert files
    missing = [p.name for p in files if f"file={p.relative_to(repository)}" not in text]
    assert not missing, "no page of docs/extending shows them"


def test_the_table_of_extension_points_is_so(repository: Path) -> None:
    """Each row of CONTRIBUTING names a folder, and a registry that is made there."""
    text = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w ]+) \| `(\w+)/([\w/]+)/<name>\.\w+` \| `?(\w+)", text, re.M)
    assert len(rows) == 23, rows
    sources = repository / "ros2_ws" / "src"
    for point, package, room, registry in rows:
        folder = sources / package / package / room
        assert folder.is_dir(), point
        if point != "robot":
            made = (folder / "__init__.py").read_text(encoding="utf-8")
            assert re.search(rf"^{registry}: Registry\[", made, re.M), point


def test_hooks_have_the_versions_that_are_tested(repository: Path) -> None:
    hooks = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    revisions = {hook["repo"].split("/")[-1]: hook.get("rev") for hook in hooks["repos"]}
    requirements = (repository / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert f"ruff=={revisions['ruff-pre-commit'].lstrip('v')}" in requirements


def test_every_make_target_that_is_named_exists(repository: Path) -> None:
    runtime = repository / "runtime" / "embedded_ros2"
    named = {
        (page, one or other)
        for page in PAGES
        for one, other in _MAKE.findall(page.read_text(encoding="utf-8"))
    }
    assert named
    there = _targets(repository / "Makefile", *(repository / "mk").glob("*.mk"))
    # A page of the runtime may mean its own.
    its_own = there | _targets(runtime / "Makefile")
    unknown = {
        (_name(page), target)
        for page, target in named
        if target not in (its_own if runtime in page.parents else there)
    }
    assert not unknown


def _targets(*makefiles: Path) -> set[str]:
    rules = "".join(p.read_text(encoding="utf-8") for p in makefiles)
    return set(re.findall(r"^([a-z][a-z-]*):", rules, re.M))


@cache
def _arguments(package: str, file: str) -> dict[str, list[str]]:
    """Arguments of a launch file, each with its choices."""
    path = ROOT / file if not package else ROOT / "ros2_ws/src" / package / "launch" / file
    spec = importlib.util.spec_from_file_location(path.stem.replace(".", "_"), path)
    assert spec is not None and spec.loader is not None, f"{path} is no launch file"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    description: Any = module.generate_launch_description()
    return {a.name: list(a.choices or ()) for a in description.get_launch_arguments()}


@cache
def _help(package: str, program: str) -> str:
    """What a command says of itself."""
    points = importlib.metadata.distribution(package).entry_points
    (point,) = [p for p in points if p.group == "console_scripts" and p.name == program]
    printed = io.StringIO()
    with (
        patch.object(sys, "argv", [program, "--help"]),
        redirect_stdout(printed),
        pytest.raises(SystemExit),
    ):
        sys.exit(point.load()())
    return printed.getvalue()


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_parse(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[1] == "launch":
        package, file = ("", words[2]) if "/" in words[2] else (words[2], words[3])
        arguments = _arguments(package, file)
        for word in words[3 if not package else 4 :]:
            name, sign, value = word.partition(":=")
            assert sign and name in arguments, f"{word} is not one of {', '.join(arguments)}"
            assert not arguments[name] or value in arguments[name], word
    else:
        flags = [w.split("=")[0] for w in words[4:] if w.startswith("--")]
        known = set(re.findall(r"--[a-z-]+", _help(words[2], words[3])))
        assert set(flags) <= known, (
            f"{set(flags) - known} is not one of {', '.join(sorted(known))}"
        )


def test_there_are_commands_to_check() -> None:
    assert {"launch", "run"} <= {line.split()[1] for _, line in COMMANDS}
