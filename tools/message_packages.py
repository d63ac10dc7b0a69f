"""Builds message packages with the ament and rosidl wheels of PyPI, CMake and a C++ compiler."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sysconfig
import time
from dataclasses import dataclass
from pathlib import Path

from wheels import Environment, NotHereError

KINDS = ("msg", "srv", "action")
# Types of other packages: `geometry_msgs/Point[] points`.
_FOREIGN_TYPE = re.compile(r"^\s*([a-z][a-z0-9_]*)/[A-Z]\w*", re.MULTILINE)
_HEADER = re.compile(r"^\s*Header\s", re.MULTILINE)
# What the wheels were built with, and no other machine has.
_THEIR_PYTHON = re.compile(r"/opt/python/cp\d+-cp\d+/include/python3\.\d+")
_THEIR_NUMPY = re.compile(r"/opt/python/cp\d+-cp\d+/lib/python3\.\d+/site-packages/numpy/[\w/]*")

CMAKE = """\
cmake_minimum_required(VERSION 3.16)
project({name})
find_package(ament_cmake REQUIRED)
find_package(rosidl_default_generators REQUIRED)
{finds}
rosidl_generate_interfaces(${{PROJECT_NAME}}
  {files}
  DEPENDENCIES {depends}
)
ament_export_dependencies(rosidl_default_runtime)
ament_package()
"""
PACKAGE = """\
<package format="3">
  <name>{name}</name><version>0.0.0</version><description>Interfaces</description>
  <maintainer email="afil@example.org">AFIL</maintainer><license>Apache-2.0</license>
  <buildtool_depend>ament_cmake</buildtool_depend>
  <buildtool_depend>rosidl_default_generators</buildtool_depend>
  {depends}
  <exec_depend>rosidl_default_runtime</exec_depend>
  <member_of_group>rosidl_interface_packages</member_of_group>
  <export><build_type>ament_cmake</build_type></export>
</package>
"""


@dataclass(frozen=True)
class MessagePackage:
    """Definitions in ``<folder>/{msg,srv,action}``; a CMakeLists.txt may be among them."""

    folder: Path

    @property
    def name(self) -> str:
        """Of the package."""
        return self.folder.name

    @property
    def files(self) -> tuple[Path, ...]:
        """The definitions, relative to the folder."""
        found = (path for kind in KINDS for path in (self.folder / kind).glob(f"*.{kind}"))
        return tuple(sorted(path.relative_to(self.folder) for path in found))

    @property
    def text(self) -> str:
        """All definitions, one after the other."""
        return "\n".join((self.folder / file).read_text(encoding="utf-8") for file in self.files)

    @property
    def depends(self) -> tuple[str, ...]:
        """The packages whose types it has."""
        names = {"builtin_interfaces", *_FOREIGN_TYPE.findall(self.text)}
        if _HEADER.search(self.text):
            names.add("std_msgs")
        if any(file.suffix == ".action" for file in self.files):
            names.add("action_msgs")
        return tuple(sorted(names - {self.name}))

    def write_source(self, folder: Path) -> None:
        """Write it as a package that CMake builds."""
        shutil.rmtree(folder, ignore_errors=True)
        for file in self.files:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / file, folder / file)
        (folder / "CMakeLists.txt").write_text(
            CMAKE.format(
                name=self.name,
                finds="\n".join(f"find_package({name} REQUIRED)" for name in self.depends),
                files="\n  ".join(f'"{file}"' for file in self.files),
                depends=" ".join(self.depends),
            )
        )
        depends = "\n  ".join(f"<depend>{name}</depend>" for name in self.depends)
        (folder / "package.xml").write_text(PACKAGE.format(name=self.name, depends=depends))


def in_order(packages: list[MessagePackage]) -> list[MessagePackage]:
    """Return packages such that each comes after those that it needs."""
    by_name = {package.name: package for package in packages}
    ordered: dict[str, MessagePackage] = {}

    def add(package: MessagePackage) -> None:
        for name in package.depends:
            if name in by_name and name not in ordered:
                add(by_name[name])
        ordered.setdefault(package.name, package)

    for package in packages:
        add(package)
    return list(ordered.values())


def require_compiler() -> None:
    """Check whether messages can be compiled here.

    Raises:
        NotHereError: CMake or the compiler is missing.
    """
    for program, what in (("cmake", "CMake"), ("c++", "a C++ compiler"), ("cc", "a C compiler")):
        if shutil.which(program) is None:
            raise NotHereError(f"{what} is needed to build messages, and there is no '{program}'")


def build(packages: list[MessagePackage], environment: Environment, work: Path) -> None:
    """Build packages into an environment, except those that are there as they are defined.

    Raises:
        NotHereError: CMake or the compiler is missing.
        RuntimeError: a package does not build; the end of what CMake said.
    """
    require_compiler()
    _mend_wheels(environment)
    identities: dict[str, str] = {}
    for package in in_order(packages):
        needed = [identities[name] for name in package.depends if name in identities]
        words = [environment.identity, *needed, *map(str, package.files), package.text]
        identity = hashlib.sha256("\n".join(words).encode()).hexdigest()
        identities[package.name] = identity
        stamp = environment.folder / f"afil-{package.name}.sha256"
        if stamp.is_file() and stamp.read_text() == identity:
            continue
        start = time.monotonic()
        print(f"== building {package.name}", end="", flush=True)
        _build(package, environment, work / package.name)
        stamp.write_text(identity)
        print(f": {time.monotonic() - start:.0f} s", flush=True)


def _build(package: MessagePackage, environment: Environment, work: Path) -> None:
    package.write_source(work / "source")
    prefix = str(environment.folder)
    variables = environment.variables() | {
        "CMAKE_PREFIX_PATH": prefix,
        "LD_LIBRARY_PATH": str(environment.folder / "lib"),
    }
    del variables["PYTHONPATH"]
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    configure = ["cmake", *generator, "-S", str(work / "source"), "-B", str(work / "build")]
    configure += [f"-DCMAKE_INSTALL_PREFIX={prefix}", f"-DPython3_EXECUTABLE={environment.python}"]
    configure += ["-DBUILD_TESTING=OFF", "-DCMAKE_BUILD_TYPE=Release", "-Wno-dev"]
    compile_ = ["cmake", "--build", str(work / "build"), "--target", "install", "--parallel"]
    shutil.rmtree(work / "build", ignore_errors=True)
    for command in (configure, compile_):
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
            raise RuntimeError(f"{package.name} does not build:\n{said}")


def _mend_wheels(environment: Environment) -> None:
    """Let the wheels' CMake files name this machine's Python, not that of their builder."""
    question = "import numpy; print(numpy.get_include())"
    answer = subprocess.run(
        [environment.python, "-c", question], capture_output=True, text=True, check=True
    )
    numpy, python = answer.stdout.strip(), sysconfig.get_path("include")
    for path in (environment.folder / "share").rglob("*.cmake"):
        text = path.read_text(encoding="utf-8")
        mended = _THEIR_NUMPY.sub(numpy, _THEIR_PYTHON.sub(python, text))
        if mended != text:
            path.write_text(mended, encoding="utf-8")
