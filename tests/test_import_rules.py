"""The import rules of docs/architecture.md, checked on the whole tree."""

from __future__ import annotations

import ast
import configparser
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp

NODE_MAIN = "afil_core.process.node_main"
LAUNCHING = "afil_core.process.launching"
INTERFACES = "afil_core.process.interfaces"
WATCHING = "afil_core.process.watching"


# What takes long to import, and no process needs to answer.
HEAVY = ("accelerate", "matplotlib", "pandas", "scipy", "torch", "torchvision", "transformers")


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _package_files(files: list[Path], repository: Path) -> list[tuple[str, Path]]:
    """Dotted module names of the AFIL packages' files."""
    found = []
    for path in files:
        parts = path.relative_to(repository).parts
        if parts[:2] == ("ros2_ws", "src") and len(parts) > 4 and parts[2] == parts[3]:
            found.append((".".join(parts[3:])[: -len(".py")], path))
    return found


def test_packages_import_only_what_the_architecture_allows(repository):
    # A process of its own: import-linter's command disables every logger there is.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    config = ["--config", str(repository / ".importlinter")]
    done = subprocess.run([*command, *config], cwd=repository, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_package_has_a_circle_of_imports_not_even_for_types():
    for package in ("afil_core", "afil_teleop", "afil_perception", "afil_policy", "afil_sim"):
        graph = grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
        assert len(graph.modules) > 20, "the search looks in the wrong place"
        needs = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
        graphlib.TopologicalSorter(needs).prepare()  # raises the circle that it finds


def test_exactly_the_nodes_are_excepted_from_purity(python_files, repository):
    rules = configparser.ConfigParser()
    rules.read(repository / ".importlinter")
    lines = rules["importlinter:contract:pure"]["ignore_imports"].split("\n")
    pairs = [line.strip().split(" -> ") for line in lines if line.strip()]
    excepted = {importer for importer, imported in pairs if imported == "*"}
    commands = {(a, b) for a, b in pairs if b != "*"}
    assert all(a.endswith(".commands.*") and b.endswith(".nodes.*") for a, b in commands)
    nodes = {n for n, _ in _package_files(python_files, repository) if n.endswith("_node")}
    assert nodes, "no node found: the search looks in the wrong place"
    expected = {f"{n.rpartition('.')[0]}.*" if ".nodes." in n else n for n in nodes}
    expected |= {NODE_MAIN, LAUNCHING, INTERFACES, WATCHING}
    assert excepted == expected, "ignore_imports in .importlinter: <package>.nodes.* each"


def test_the_folder_of_nodes_holds_nothing_else(python_files, repository):
    modules = [n for n, _ in _package_files(python_files, repository)]
    inside = [n for n in modules if ".nodes." in n and not n.endswith(".__init__")]
    assert inside, "no folder nodes/ found: the search looks in the wrong place"
    assert [n for n in inside if not n.endswith("_node")] == []


def test_nodes_find_types_where_one_that_is_missing_is_a_sentence(python_files, repository):
    modules = _package_files(python_files, repository)
    nodes = [(n, p) for n, p in modules if n.endswith("_node")]
    assert any(INTERFACES in set(_imports(path)) for _, path in nodes), "the search is wrong"
    assert [n for n, p in nodes if "rosidl_runtime_py.utilities" in set(_imports(p))] == []


def test_no_logic_imports_a_node(python_files, repository):
    modules = _package_files(python_files, repository)
    assert modules, "no module found: the search looks in the wrong place"
    offenders = [
        f"{name} imports {imported}"
        for name, path in modules
        for imported in _imports(path)
        if imported.startswith("afil_")
        and imported.endswith("_node")
        # A command may talk to ROS through a node of its package, and so may another node.
        and not name.startswith(
            (f"{name.split('.')[0]}.commands.", f"{name.split('.')[0]}.nodes.")
        )
    ]
    assert not offenders


def test_only_nodes_import_what_their_processes_have_in_common(python_files, repository):
    importers = {
        name
        for name, path in _package_files(python_files, repository)
        if {NODE_MAIN, WATCHING} & set(_imports(path))
    }
    assert importers, "nobody imports it: the search looks for the wrong name"
    assert all(name.endswith("_node") for name in importers), importers


def test_embedded_ros2_knows_nothing_of_afil(python_files, repository):
    files = [p for p in python_files if repository / "runtime" in p.parents]
    assert files, "no file of embedded_ros2 found: the search looks in the wrong place"
    offenders = [
        f"{p.relative_to(repository)} imports {name}"
        for p in files
        for name in _imports(p)
        if name.split(".")[0].startswith("afil_")
    ]
    assert not offenders


def _loaded(code: str, *arguments: str) -> list[str]:
    """What of the heavy packages is there after a piece of code ran in a process of its own."""
    after = f"import atexit, sys; atexit.register(lambda: print(*{{*sys.modules}} & {{*{HEAVY}}}))"
    command = [sys.executable, "-c", f"{after}\n{code}", *arguments]
    done = subprocess.run(command, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1].split()


def test_the_search_for_heavy_imports_finds_one():
    assert _loaded("import scipy") == ["scipy"]


def test_nodes_start_without_heavy_packages(python_files, repository):
    modules = [n for n, _ in _package_files(python_files, repository)]
    nodes = sorted(n for n in modules if n.endswith("_node"))
    assert len(nodes) > 5, "no node found: the search looks in the wrong place"
    assert _loaded(f"import {', '.join(nodes)}") == []


def test_commands_parse_and_refuse_without_heavy_packages(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    refused = {
        "afil_policy.commands.train": ["--dataset", nowhere],
        "afil_policy.commands.inspect": [nowhere],
        "afil_policy.commands.replay": [nowhere],
        "afil_policy.commands.report": ["--results", nowhere, "--output", nowhere],
        "afil_policy.commands.evaluate": ["--checkpoint", nowhere, "--output", nowhere],
        "afil_perception.commands.perceive": ["--episodes", nowhere],
        "afil_core.console.recover_bag": [nowhere],
    }
    mains = "\n".join(
        f"sys.argv = [{module!r}, *{words!r}]\n"
        f"from {module} import main\n"
        "try:\n    assert main() == 2\nexcept SystemExit as e:\n    assert e.code == 2"
        for module, words in refused.items()
    )
    assert _loaded(mains) == []
