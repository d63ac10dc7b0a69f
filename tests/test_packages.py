"""What each ROS package says of itself is so, and none of the four needs another."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

FOUR = ("afil_teleop", "afil_perception", "afil_policy", "afil_sim")
SOURCES = Path(__file__).resolve().parent.parent / "ros2_ws" / "src"
PACKAGES = sorted(p.parent.name for p in SOURCES.glob("*/package.xml"))
ROS = re.compile(
    r"^(rclpy|launch|launch_ros|ament_index_python|rosidl_runtime_py|\w+_msgs|\w+_srvs|\w+_interfaces|diagnostic_updater|cv_bridge)$"
)
# Imported name -> the distribution that brings it, where that is called otherwise.
DISTRIBUTIONS = {
    "PIL": "transformers",
    "annotated_types": "pydantic",
    "backports": "backports.zstd",
    "cv2": "opencv-python-headless",
    "huggingface_hub": "transformers",
    "pydantic_core": "pydantic",
    "yaml": "PyYAML",
}
KEYS = {"opencv-python-headless": "python3-opencv", "PyYAML": "python3-yaml"}
# Of Python 3.14's own.
LATER = {"compression"}


def _manifest(package: str) -> ElementTree.Element:
    return ElementTree.parse(SOURCES / package / "package.xml").getroot()


def _needed(package: str) -> set[str]:
    """What a package's manifest says that it needs to be built and to run."""
    manifest = _manifest(package)
    kinds = ("depend", "exec_depend", "build_depend", "buildtool_depend")
    return {str(tag.text) for kind in kinds for tag in manifest.iter(kind)}


def _imports(package: str) -> set[str]:
    """Top-level names that a package's code and launch files import."""
    found = set()
    for path in (SOURCES / package).rglob("*.py"):
        if path.relative_to(SOURCES / package).parts[0] not in (package, "launch"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def test_the_packages_are_found() -> None:
    assert {"afil_core", "afil_interfaces", *FOUR} <= set(PACKAGES)


@pytest.mark.parametrize("package", FOUR)
def test_none_of_the_four_needs_another(package: str) -> None:
    others = set(FOUR) - {package}
    assert not others & _needed(package), "a robot's machine has no simulator"
    setup = (SOURCES / package / "setup.py").read_text(encoding="utf-8")
    required = re.search(r"install_requires=\[(.*?)\]", setup, re.S)
    assert required is not None
    assert not others & set(re.findall(r'"([\w-]+)', required[1]))
    assert not others & _imports(package)


@pytest.mark.parametrize("package", FOUR)
def test_tests_of_a_package_need_no_other(package: str) -> None:
    others = set(FOUR) - {package}
    for path in (SOURCES / package / "test").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(rf"^\s*(?:from|import) ({'|'.join(others)})\b", text, re.M), path


@pytest.mark.parametrize("package", PACKAGES)
def test_manifests_name_the_ros_packages_that_are_imported(package: str) -> None:
    """rosdep and colcon know nothing else."""
    missing = {name for name in _imports(package) if ROS.match(name)} - _needed(package)
    assert not missing - {package}, "add <exec_depend> to package.xml"


def _required(package: str) -> set[str]:
    """Distributions that a package's ``setup.py`` names, those of optional groups among them."""
    text = (SOURCES / package / "setup.py").read_text(encoding="utf-8")
    lists = re.findall(r"install_requires=\[(.*?)\]", text, re.S)
    lists += re.findall(r"extras_require=\{(.*?)\}", text, re.S)
    return {name for found in lists for name in re.findall(r'"([\w.-]+)[^"]*"', found)}


@pytest.mark.parametrize("package", ["afil_core", *FOUR])
def test_what_is_imported_from_elsewhere_is_named(package: str) -> None:
    """Its distribution in ``setup.py``, or its rosdep key in ``package.xml``."""
    foreign = {
        name
        for name in _imports(package) - sys.stdlib_module_names - LATER
        if not name.startswith("afil_") and not ROS.match(name)
    }
    assert {"numpy", "pydantic"} <= foreign, "the search looks in the wrong place"
    wanted = {DISTRIBUTIONS.get(name, name) for name in foreign}
    keys = _needed(package)
    named = {d for d in wanted if KEYS.get(d, f"python3-{d}") in keys} | _required(package)
    assert not wanted - named


@pytest.mark.parametrize("package", PACKAGES)
def test_no_manifest_asks_apt_for_a_pydantic_that_is_too_old(package: str) -> None:
    # That of Ubuntu 24.04 is 1.10, and every model here is one of pydantic 2.
    assert "python3-pydantic" not in _needed(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_manifests_agree(package: str) -> None:
    manifest = _manifest(package)
    assert manifest.findtext("name") == package
    assert manifest.findtext("license") == "Apache-2.0"
    assert manifest.findtext("version") == "0.1.0"
    setup = SOURCES / package / "setup.py"
    if setup.is_file():
        text = setup.read_text(encoding="utf-8")
        assert 'license="Apache-2.0"' in text
        assert 'version="0.1.0"' in text


@pytest.mark.parametrize("package", ["afil_core", *FOUR])
def test_nothing_lies_at_a_package_top_but_its_rooms(package: str) -> None:
    folder = SOURCES / package / package
    files = {p.name for p in folder.iterdir() if p.is_file()} - {"__init__.py", "py.typed"}
    if package == "afil_core":
        # The core is a shelf of small modules.
        files = {name for name in files if not name.endswith(".py")}
    assert not files


@pytest.mark.parametrize("package", ["afil_core", *FOUR])
def test_a_programs_first_second_may_be_interrupted(package: str) -> None:
    points = metadata.distribution(package).entry_points.select(group="console_scripts")
    assert points
    for point in points:
        assert point.module == "afil_core.process.program"
        path = point.attr.removeprefix("start.").replace(".", "/")
        assert "def main(" in (SOURCES / package / f"{path}.py").read_text(encoding="utf-8")


def test_every_launch_file_is_type_checked(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    files = [*SOURCES.glob("*/launch/*.launch.py"), *(repository / "launch").glob("*.launch.py")]
    assert len(files) > 5
    names = [str(path.relative_to(repository)) for path in files]
    assert [name for name in names if f'"{name}"' not in text] == []


def test_the_issue_form_has_every_extension_point(repository: Path) -> None:
    table = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.search(r"^\| to add \|.*?\n\n", table, re.S | re.M)
    assert rows is not None
    points = re.findall(r"^\| ([\w ]+) \|", rows[0], re.M)[1:]
    form = yaml.safe_load((repository / ".github/ISSUE_TEMPLATE/extension.yml").read_text())
    (options,) = [e["attributes"]["options"] for e in form["body"] if e["type"] == "dropdown"]
    assert options == [*points, "none of these"]
