"""Message packages for ``make ros-wheels``: what they need, their order, how they are built."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def tool(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``tools/message_packages.py``."""
    monkeypatch.syspath_prepend(str(repository / "tools"))
    spec = importlib.util.spec_from_file_location(
        "message_packages", repository / "tools" / "message_packages.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "message_packages", module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tool, tmp_path: Path):
    """Function (name, definitions by file) -> package."""

    def make(name: str, **files: str):
        for file, text in files.items():
            kind = file.rsplit("_", 1)[1]
            path = tmp_path / name / kind / f"{file.rsplit('_', 1)[0]}.{kind}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tool.MessagePackage(tmp_path / name)

    return make


def test_a_package_needs_those_whose_types_it_has(package) -> None:
    made = package(
        "shapes_msgs",
        Shape_msg="std_msgs/Header header\ngeometry_msgs/Point[] points\nshapes_msgs/Size size\n",
        Size_msg="# other_msgs/Thing is only spoken of\nfloat64 width\n",
        Draw_action="Shape shape\n---\n---\n",
    )
    assert made.depends == ("action_msgs", "builtin_interfaces", "geometry_msgs", "std_msgs")


def test_a_header_without_its_package_is_that_of_std_msgs(package) -> None:
    assert "std_msgs" in package("car_msgs", Speed_msg="Header header\nfloat32 speed\n").depends


def test_a_package_is_built_after_what_it_needs(tool, package) -> None:
    car = package("car_msgs", Car_msg="shape_things/Box box\n")
    shape = package("shape_things", Box_msg="zero_msgs/Zero zero\n")
    zero = package("zero_msgs", Zero_msg="int32 zero\n")
    order = [made.name for made in tool.in_order([car, shape, zero])]
    assert order == ["zero_msgs", "shape_things", "car_msgs"]


def test_the_written_package_names_each_definition(package, tmp_path) -> None:
    made = package("car_msgs", Car_msg="int32 wheels\n", Honk_srv="---\nbool heard\n")
    made.write_source(tmp_path / "out")
    text = (tmp_path / "out" / "CMakeLists.txt").read_text()
    assert '"msg/Car.msg"' in text and '"srv/Honk.srv"' in text
    assert (tmp_path / "out" / "srv" / "Honk.srv").read_text() == "---\nbool heard\n"


@pytest.mark.parametrize("missing", ["cmake", "c++"])
def test_a_machine_without_a_compiler_is_told_so(tool, monkeypatch, missing) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == missing else f"/bin/{name}")
    with pytest.raises(tool.NotHereError, match=f"there is no '{missing.replace('+', '.')}'"):
        tool.require_compiler()
