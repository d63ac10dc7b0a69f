"""A file holds one idea: it is short."""

from __future__ import annotations

from pathlib import Path

MOST_LINES = 400
MOST_LINES_OF_A_NODE = 300


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_the_house_allows(python_files, repository):
    long = {
        str(p.relative_to(repository)): n for p in python_files if (n := _length(p)) > MOST_LINES
    }
    assert not long, f"files above {MOST_LINES} lines; split them by idea: {long}"


def test_nodes_are_thin(python_files, repository):
    nodes = [p for p in python_files if p.name.endswith("_node.py")]
    assert nodes, "no *_node.py found: the search looks in the wrong place"
    long = {
        str(p.relative_to(repository)): n
        for p in nodes
        if (n := _length(p)) > MOST_LINES_OF_A_NODE
    }
    assert not long, f"nodes above {MOST_LINES_OF_A_NODE} lines; move logic to the core: {long}"
