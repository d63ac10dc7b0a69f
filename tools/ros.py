"""Builds and tests AFIL on a sourced ROS 2: what ``make ros`` runs.

It needs nothing but the Python that the ROS 2 was made for. What is built and installed goes to
``build/ros``; no file of the ROS installation is touched.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from message_packages import MessagePackage
from ros_environment import (
    ROOT,
    SETUP,
    VENV,
    WORK,
    MissingError,
    digest,
    make_environment,
    write_setup,
)

# Message packages that the installation lacks, from the definitions of embedded_ros2.
MESSAGES = WORK / "messages"
DEFINITIONS = ROOT / "runtime" / "embedded_ros2" / "share"
TESTS = ("runtime/embedded_ros2/tests/conformance", "tests/end_to_end")
# Middleware -> seconds that a ros2 command without a daemon looks around. It needs 1.5 s to see
# all that runs, and with Fast DDS up to 3 s.
MIDDLEWARES = {"rmw_cyclonedds_cpp": 2.0, "rmw_fastrtps_cpp": 4.0}
REQUIRED = (
    *("rclpy", "launch", "launch_ros", "ros2launch", "ros2run", "rosidl_runtime_py"),
    *("ament_index_python", "std_msgs", "sensor_msgs", "geometry_msgs", "std_srvs"),
    *("rosgraph_msgs", "lifecycle_msgs", "diagnostic_msgs", "rcl_interfaces"),
    "diagnostic_updater",
    *("ament_cmake", "rosidl_default_generators", "rosidl_default_runtime"),
)
# Package -> what does without it.
OPTIONAL = {
    **{
        f"ros2{name}": f"the tests of ros2 {name}"
        for name in (
            *("action", "doctor", "interface", "lifecycle", "node", "param", "pkg", "service"),
            "topic",
        )
    },
    "cv_bridge": "the tests of cv_bridge",
    "example_interfaces": "the tests of actions and services",
    "ros2bag": "the tests of ros2 bag",
    "rosbag2_storage_mcap": "the tests of ros2 bag",
    "vision_msgs": "saliency sidecar topics on the wire",
    "control_msgs": "the gripper action",
    "trajectory_msgs": "joint trajectories",
    "franka_msgs": "Franka's error recovery and gripper",
    "derived_object_msgs": "CARLA's object lists",
    "carla_msgs": "CARLA's vehicle commands",
}


@dataclass(frozen=True)
class Ros:
    """What was found of a ROS 2."""

    prefixes: tuple[Path, ...]
    middlewares: tuple[str, ...]
    missing: tuple[str, ...]


def prefixes() -> tuple[Path, ...]:
    """Return the prefixes of AMENT_PREFIX_PATH that exist, without those that are made here."""
    words = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    found = [Path(word) for word in words if word and Path(word).is_dir()]
    return tuple(prefix for prefix in found if WORK not in prefix.parents)


def has_package(name: str) -> bool:
    """Return whether one of the prefixes has a package."""
    marker = Path("share/ament_index/resource_index/packages") / name
    return any((prefix / marker).is_file() for prefix in prefixes())


def find_ros() -> Ros:
    """Look at the sourced ROS 2.

    Raises:
        MissingError: none is sourced, its Python is another one, or it lacks what AFIL needs.
    """
    if not has_package("rclpy"):
        raise MissingError(
            "no ROS 2 is sourced: source the setup file of yours (as in 'source "
            "/opt/ros/jazzy/setup.bash', at whatever prefix it is) and run 'make ros' again"
        )
    version = sys.version_info[:2]
    if not (3, 10) <= version <= (3, 12):
        raise MissingError(
            f"AFIL needs Python 3.10 to 3.12, and python3 is {sys.version.split()[0]}"
        )
    done = subprocess.run(
        [sys.executable, "-c", "import rclpy"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1]
        raise MissingError(f"{sys.executable} cannot import the sourced rclpy: {reason}")
    lacking = [name for name in REQUIRED if not has_package(name)]
    if lacking or shutil.which("ros2") is None:
        lacking += [] if shutil.which("ros2") else ["ros2cli"]
        names = " ".join(f"ros-$ROS_DISTRO-{name.replace('_', '-')}" for name in lacking)
        raise MissingError(
            f"the sourced ROS 2 lacks {', '.join(lacking)}: install them (on Ubuntu: apt install "
            f"{names})"
        )
    middlewares = tuple(name for name in MIDDLEWARES if has_package(name))
    if not middlewares:
        raise MissingError(f"the sourced ROS 2 has none of {' and '.join(MIDDLEWARES)}")
    missing = tuple(name for name in OPTIONAL if not has_package(name))
    return Ros(prefixes(), middlewares, missing)


def definitions(ros: Ros) -> list[MessagePackage]:
    """Return the missing message packages that can be built here."""
    packages = [MessagePackage(DEFINITIONS / name) for name in ros.missing]
    return [
        package
        for package in packages
        if package.folder.is_dir() and all(has_package(name) for name in package.depends)
    ]


def report(ros: Ros) -> None:
    """Print what was found, one sentence for each thing that is missing."""
    distro = os.environ.get("ROS_DISTRO", "unknown")
    print(f"== ROS 2 '{distro}' in {', '.join(str(prefix) for prefix in ros.prefixes)}")
    built = {package.name for package in definitions(ros)}
    for name in ros.missing:
        lost = f"{OPTIONAL[name]} will be left out"
        print(f"   {name} is not installed: {'it is built here' if name in built else lost}")
    for name in MIDDLEWARES:
        if name not in ros.middlewares:
            print(f"   {name} is not installed: the tests do not run on it")


def colcon(
    verb: str, *arguments: str, work: Path = WORK, environment: dict[str, str] | None = None
) -> bool:
    """Run a verb of colcon and return whether it succeeded."""
    # Through the environment's Python, which becomes that of the executables.
    command = [str(VENV / "bin" / "python"), "-m", "colcon", "--log-base", str(work / "log"),
               verb, "--build-base", str(work / "build"),
               "--install-base", str(work / "install"), *arguments]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONWARNINGS": "ignore", **(environment or {})}
    )
    return done.returncode == 0


def build_messages(ros: Ros) -> None:
    """Build the message packages that are missing, and source them in this process.

    Raises:
        MissingError: the build fails.
    """
    packages = definitions(ros)
    stamp = MESSAGES / "definitions.sha256"
    wanted = digest([f"{package.name}\n{package.text}" for package in packages])
    if not (stamp.is_file() and stamp.read_text() == wanted):
        # What was missing before may be installed now.
        shutil.rmtree(MESSAGES, ignore_errors=True)
        for package in packages:
            package.write_source(MESSAGES / "src" / package.name)
        print(f"== colcon build of {', '.join(p.name for p in packages) or 'nothing'}", flush=True)
        if packages and not colcon("build", "--base-paths", str(MESSAGES / "src"), work=MESSAGES):
            raise MissingError(f"colcon could not build messages; its logs are in {MESSAGES}/log")
        MESSAGES.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted)
    if packages:
        source = f". {shlex.quote(str(MESSAGES / 'install' / 'local_setup.bash'))} && env -0"
        done = subprocess.run(["bash", "-c", source], check=True, capture_output=True, text=True)
        for line in filter(None, done.stdout.split("\0")):
            name, _, value = line.partition("=")
            os.environ[name] = value


def build() -> None:
    """Build the workspace with colcon, and write the file that one sources to use it.

    Raises:
        MissingError: the build fails.
    """
    print("== colcon build", flush=True)
    if not colcon("build", "--base-paths", "ros2_ws/src"):
        raise MissingError(f"colcon could not build the workspace; its logs are in {WORK}/log")
    write_setup()


def test_environment(middleware: str) -> dict[str, str]:
    """Return what tests on a middleware see beside this process's environment."""
    defaults = {
        # A domain of our own, known here so that its daemon can be stopped afterwards.
        "ROS_DOMAIN_ID": str(50 + os.getpid() % 50),
        "ROS_CONFORMANCE_SPIN_TIME": str(MIDDLEWARES[middleware]),
    }
    return {
        **{name: os.environ.get(name, value) for name, value in defaults.items()},
        "RMW_IMPLEMENTATION": middleware,
        # Sourcing a ROS 2 sets it to SUBNET.
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        # The plugins of a ROS installation are made for the pytest of its distribution.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }


def test_packages(middleware: str) -> bool:
    """Run the packages' own tests with colcon and return whether they passed."""
    print(f"== colcon test on {middleware}", flush=True)
    passed = colcon(
        "test",
        *("--base-paths", "ros2_ws/src", "--return-code-on-test-failure"),
        *("--event-handlers", "console_direct-"),
        *("--pytest-args", "-p", "pytest_timeout"),
        environment=test_environment(middleware),
    )
    if not passed:
        result = ["test-result", "--test-result-base", str(WORK / "build"), "--verbose"]
        subprocess.run([str(VENV / "bin" / "python"), "-m", "colcon", *result], check=False)
    return passed


def test(middleware: str, tests: list[str]) -> bool:
    """Run tests on a middleware and return whether they passed."""
    print(f"== tests on {middleware}: {' '.join(tests)}", flush=True)
    pytest = [str(VENV / "bin" / "python"), "-m", "pytest", "-q", "-p", "pytest_timeout", *tests]
    script = f". {shlex.quote(str(WORK / 'install' / 'local_setup.bash'))} && {shlex.join(pytest)}"
    environment = {**os.environ, **test_environment(middleware)}
    passed = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, check=False)
    # A daemon of the ros2 command would keep the middleware of this run for the next one.
    subprocess.run(["ros2", "daemon", "stop"], env=environment, check=False, capture_output=True)
    return passed.returncode == 0


def main() -> int:
    """Check, build, test; the exit code is 0 if all that is there passes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what is there")
    parser.add_argument("--no-test", action="store_true", help="only build")
    parser.add_argument("--rmw", choices=MIDDLEWARES, help="test on this middleware alone")
    parser.add_argument("tests", nargs="*", help=f"tests to run (default: {' '.join(TESTS)})")
    args = parser.parse_args()
    try:
        ros = find_ros()
        report(ros)
        if args.check:
            return 0
        make_environment(with_tests=not args.no_test)
        build_messages(ros)
        build()
    except MissingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"== to use it: source {SETUP.relative_to(ROOT)}", flush=True)
    if args.no_test:
        return 0
    chosen = [args.rmw] if args.rmw else list(ros.middlewares)
    results = {}
    if not args.tests:
        results["the packages' own tests"] = test_packages(chosen[0])
    for middleware in chosen:
        results[middleware] = test(middleware, args.tests or list(TESTS))
    for name, passed in results.items():
        print(f"{name}: {'passed' if passed else 'FAILED'}")
    return 0 if all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
