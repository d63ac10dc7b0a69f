"""What a name stands for is looked up in its registry; nothing else asks for names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

# A comparison with a text that is a registered name by chance, or that is no dispatch.
ALLOWED = {
    ("temporal.py", "config.shape == 'mask'"): "a shape, not the method",
    ("alignment.py", "self.resolution == 'image'"): "a size, not a kind",
    (
        "world_protocol.py",
        "choice == 'auto'",
    ): "what the context decides, no backend of perception",
    ("load.py", "config.device == 'auto'"): "as above",
    ("load.py", "config.dtype == 'auto'"): "as above",
    ("config.py", "value == 'auto'"): "as above",
    ("assemble.py", "given.pacing == 'auto'"): "as above",
    ("deploy.launch.py", "given.pacing == 'auto'"): "as above",
    ("deploy.launch.py", "given.watchdog == 'auto'"): "as above",
    ("deploy.launch.py", "given.guards == 'auto'"): "as above",
}


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from _texts(element)


def _registered(tree: ast.AST) -> Iterator[str]:
    """Names that a file registers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Registry":
            for argument in node.args:
                if isinstance(argument, ast.Dict):
                    yield from (t for key in argument.keys if key for t in _texts(key))


def _dispatches(tree: ast.AST, names: set[str]) -> Iterator[str]:
    """Comparisons with a registered name, and choices by one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = {text for side in sides for text in _texts(side)}
            if texts & names:
                yield ast.unparse(node)
        elif isinstance(node, ast.MatchValue) and names & set(_texts(node.value)):
            yield f"case {ast.unparse(node)}"
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):
            keys = {text for key in node.value.keys if key for text in _texts(key)}
            if keys & names:
                yield ast.unparse(node)


def _sources(python_files: list[Path], repository: Path) -> Iterator[Path]:
    for path in python_files:
        parts = path.relative_to(repository).parts
        if parts[:2] == ("ros2_ws", "src") and "test" not in parts and "testing" not in parts:
            yield path


def test_the_search_finds_what_it_looks_for() -> None:
    tree = ast.parse("""
if stream.kind == "image": pass
if x in ("image", "pose"): pass
y = {"image": 1}[stream.kind]
if "other" == x: pass
match command.kind:
    case "pose": pass
""")
    assert sorted(_dispatches(tree, {"image", "pose"})) == [
        "case 'pose'",
        "stream.kind == 'image'",
        "x in ('image', 'pose')",
        "{'image': 1}[stream.kind]",
    ]


def test_no_dispatch_on_names_outside_registries(
    python_files: list[Path], repository: Path
) -> None:
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in _sources(python_files, repository)
    }
    names = {name for tree in trees.values() for name in _registered(tree)}
    names |= {p.stem for p in (repository / "ros2_ws/src").glob("*/*/contracts/*.yaml")}
    assert {"image", "bc", "franka"} <= names, "the search finds no registry"
    offenders = [
        f"{path.relative_to(repository)}: {text}"
        for path, tree in trees.items()
        for text in _dispatches(tree, names)
        if (path.name, text) not in ALLOWED
    ]
    assert not offenders, "let the class say it: a method or an attribute of what is registered"
