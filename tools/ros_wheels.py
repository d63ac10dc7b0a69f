"""The packages' tests and the whole loop on the real rclpy: what ``make ros-wheels`` runs.

The wheels of PyPI have the standard messages alone. The others are built here with the rosidl
wheels; launch, the ros2 command, rosidl_runtime_py, cv_bridge and diagnostic_updater are those of
embedded_ros2, whose folder comes after the wheels' on the path: its rclpy is never seen.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from message_packages import MessagePackage, build, require_compiler
from wheels import BESIDE, CONFORMANCE, PACKAGES, RCLPY, ROOT, Environment, NotHereError

WORK = ROOT / "build" / "ros-wheels"
RUNTIME = ROOT / "runtime" / "embedded_ros2"
OVERLAY = Environment(
    WORK / "venv",
    (RCLPY, "requirements-ros-wheels.txt"),
    (RUNTIME / "src", *sorted(path.parent for path in PACKAGES.glob("*/setup.py"))),
)
TESTS = (CONFORMANCE, *sorted(f"ros2_ws/src/{path.name}" for path in OVERLAY.paths[1:]),
         "tests/end_to_end")  # fmt: skip
# What embedded_ros2 brings here, by the names under which a ROS installation has it.
BROUGHT = (
    *("cv_bridge", "diagnostic_updater", "launch", "launch_ros", "rosidl_runtime_py"),
    *("ros2action", "ros2bag", "ros2cli", "ros2doctor", "ros2interface", "ros2launch"),
    *("ros2lifecycle", "ros2node", "ros2param", "ros2pkg", "ros2run", "ros2service", "ros2topic"),
    "rosbag2_storage_mcap",
)


def message_packages() -> list[MessagePackage]:
    """Return the packages with definitions that the wheels lack."""
    folders = [*(RUNTIME / "share").iterdir(), PACKAGES / "afil_interfaces"]
    stamped = {path.stem.removeprefix("afil-") for path in OVERLAY.folder.glob("afil-*.sha256")}
    return [
        MessagePackage(folder)
        for folder in sorted(folders)
        if folder.is_dir()
        and (folder.name in stamped or not (OVERLAY.site_packages / folder.name).is_dir())
    ]


def install_packages() -> None:
    """Put what launch files and ``ros2 run`` look for into the environment."""
    index = OVERLAY.folder / "share" / "ament_index" / "resource_index" / "packages"
    for name in BROUGHT:
        (index / name).touch()
    for path in OVERLAY.paths[1:]:
        setup = ["-W", "ignore", "setup.py", "--quiet", "install_data"]
        command = [sys.executable, *setup, f"--install-dir={OVERLAY.folder}"]
        subprocess.run(command, cwd=path, check=True)
    script = OVERLAY.folder / "bin" / "ros2"
    script.write_text(
        f"#!{OVERLAY.python}\nimport sys\n\nfrom ros2cli.cli import main\n\nsys.exit(main())\n"
    )
    script.chmod(0o755)


def main() -> int:
    """Install, build, test; the exit code is 0 where that cannot be, after a line on why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-test", action="store_true", help="only install and build")
    parser.add_argument("tests", nargs="*", help=f"tests to run (default: {' '.join(TESTS)})")
    args, options = parser.parse_known_args()
    start = time.monotonic()
    try:
        require_compiler()
        OVERLAY.make()
        build(message_packages(), OVERLAY, WORK)
    except NotHereError as reason:
        print(f"== SKIPPED: the loop on the real rclpy: {reason}")
        return 0
    except RuntimeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    install_packages()
    print(f"== the environment is ready after {time.monotonic() - start:.0f} s", flush=True)
    if args.no_test:
        return 0
    passed = OVERLAY.test(*(args.tests or (*TESTS, *BESIDE)), *options)
    print(f"== ros-wheels: {time.monotonic() - start:.0f} s in all", flush=True)
    return not passed


if __name__ == "__main__":
    sys.exit(main())
