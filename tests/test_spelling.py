"""Identifiers, keys, flags and file names are spelled as the field spells them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

_STEMS = "author|final|general|initial|maxim|minim|normal|optim|organ|quant|random|regular|serial"
_STEMS += "|standard|synchron|token|util|visual"
BRITISH = re.compile(
    rf"colour|centre|grey|behaviour|neighbour|favour|licence|modell|labell|(?:{_STEMS})is(?:e|ing|ation)",
    re.IGNORECASE,
)
KEY = re.compile(r"^-{0,2}[A-Za-z][A-Za-z0-9_.-]*$")
# Files of words that are looked for in sentences.
DATA = {"palette.py", "lexicon.py", "object_colors.yaml", "synonyms.yaml"}


def _former(tree: ast.AST) -> set[ast.AST]:
    """All nodes of what says how former names are called now."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        names.append(getattr(getattr(node, "func", None), "id", ""))
        names.append(str(node.arg) if isinstance(node, ast.keyword) else "")
        if any(word in name.lower() for name in names for word in ("renamed", "former")):
            inside |= set(ast.walk(node))
    return inside


def identifiers(tree: ast.AST) -> Iterator[str]:
    """Names that a file defines or uses, and texts that are keys or flags."""
    former = _former(tree)
    for node in ast.walk(tree):
        if node in former:
            continue
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from [node.value] if KEY.match(node.value) else []


def _keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _keys(value)


def test_the_search_finds_what_it_looks_for() -> None:
    tree = ast.parse("""
renamed = {"colour": "color"}
Registry("x", renamed={"colour": "color"})
def normalise(centre): return {"--behaviour": minimise, "a grey sentence": 1, "precise": 2}
""")
    found = {name for name in identifiers(tree) if BRITISH.search(name)}
    assert found == {"normalise", "centre", "--behaviour", "minimise"}


def test_identifiers_keys_and_flags_are_american(
    python_files: list[Path], repository: Path
) -> None:
    found = []
    for path in python_files:
        place = path.relative_to(repository)
        if place.parts[0] == "runtime" or "test" in str(place) or path.name in DATA:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{place}: {n}" for n in set(identifiers(tree)) if BRITISH.search(n)]
    assert not found


def test_configuration_keys_and_file_names_are_american(repository: Path) -> None:
    files = [
        p
        for folder in ("ros2_ws", "launch", "benchmarks")
        for p in (repository / folder).rglob("*")
    ]
    assert [p for p in files if p.suffix == ".yaml"], "the search looks in the wrong place"
    wrong = [str(p.relative_to(repository)) for p in files if BRITISH.search(p.name)]
    for path in files:
        if path.suffix == ".yaml" and path.name not in DATA:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            wrong += [f"{path.name}: {key}" for key in _keys(data) if BRITISH.search(key)]
    assert not wrong
