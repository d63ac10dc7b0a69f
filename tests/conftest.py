"""What the cross-package tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
# It is tested where it is installed, by test_extension_points.py.
collect_ignore = ["extension_package"]
_NOT_OURS = {".venv", ".git", "build", "install", "log", "demo", "runs", "demos"}


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return _ROOT


@pytest.fixture(scope="session")
def python_files() -> list[Path]:
    """Every Python file of the repository, without what is generated or installed."""
    files = []
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT).parts
        if not _NOT_OURS & set(parts) and not any(p.startswith(".") for p in parts):
            files.append(path)
    return files
