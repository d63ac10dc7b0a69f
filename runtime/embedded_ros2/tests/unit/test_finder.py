"""Message packages are found by their definitions, wherever Python starts."""

import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from rosbags.typesys.stores import ros2_jazzy

from embedded_ros2 import finder

PROJECT = Path(__file__).resolve().parents[2]


def run(code, *, cwd, python=sys.executable, **env):
    done = subprocess.run(
        [python, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "AMENT_PREFIX_PATH": "", **env},
    )
    return done.stdout.strip() or done.stderr


@pytest.fixture
def prefix(tmp_path):
    """A prefix with a package of the user's own."""
    share = tmp_path / "prefix" / "share" / "my_robot_msgs"
    (share / "msg").mkdir(parents=True)
    (share / "srv").mkdir()
    (share / "msg" / "Wheel.msg").write_text("std_msgs/Header header\nfloat64 speed 1.5  # m/s\n")
    (share / "srv" / "Stop.srv").write_text("bool now\n---\nWheel[] wheels\n")
    return str(tmp_path / "prefix")


def test_the_packages_of_the_store_are_those_that_rosbags_has():
    assert {name.split("/")[0] for name in ros2_jazzy.FIELDDEFS} == finder.STORE_PACKAGES


def test_messages_are_there_before_rclpy_is_imported(tmp_path):
    code = "import sys, geometry_msgs.msg as m; print(m.Pose.__name__, 'rclpy' in sys.modules)"
    assert run(code, cwd=tmp_path) == "Pose False"


def test_a_start_of_python_imports_neither_rosbags_nor_numpy(tmp_path):
    code = "import sys; print('embedded_ros2.finder' in sys.modules, " \
           "sorted({'rosbags', 'numpy', 'pathlib', 're'} & set(sys.modules)))"  # fmt: skip
    found, heavy = run(code, cwd=tmp_path, PYTHONPATH="").split(" ", 1)
    assert found == "True" and "rosbags" not in heavy and "numpy" not in heavy


def test_a_package_of_the_users_own_is_found_in_its_prefix(tmp_path, prefix):
    code = (
        "from my_robot_msgs.srv import Stop; from my_robot_msgs.msg import Wheel; "
        "print(Stop.Response(wheels=[Wheel()]).wheels[0].speed)"
    )
    assert run(code, cwd=tmp_path, AMENT_PREFIX_PATH=prefix) == "1.5"


def test_a_folder_of_sources_is_not_taken_for_the_package(tmp_path, prefix):
    (tmp_path / "my_robot_msgs" / "msg").mkdir(parents=True)
    code = "from my_robot_msgs.msg import Wheel; print(Wheel.__module__)"
    answer = run(code, cwd=tmp_path, AMENT_PREFIX_PATH=prefix)
    assert answer == "my_robot_msgs.msg._wheel"


def test_an_ordinary_package_wins_and_may_have_definitions_beside_it(tmp_path, prefix):
    (tmp_path / "my_robot_msgs").mkdir()
    (tmp_path / "my_robot_msgs" / "__init__.py").write_text("own = 'code'\n")
    code = "import my_robot_msgs.msg; print(my_robot_msgs.own, my_robot_msgs.msg.Wheel().speed)"
    assert run(code, cwd=tmp_path, AMENT_PREFIX_PATH=prefix) == "code 1.5"
    (tmp_path / "my_robot_msgs" / "msg.py").write_text("Wheel = 'generated'\n")
    code = "from my_robot_msgs.msg import Wheel; print(Wheel)"
    assert run(code, cwd=tmp_path, AMENT_PREFIX_PATH=prefix) == "generated"


def test_a_message_travels_through_pickle():
    from std_srvs.srv import Trigger
    from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

    point = JointTrajectoryPoint(positions=[1.0, 2.0])
    for message in (JointTrajectory(points=[point]), Trigger.Response(message="here")):
        data = pickle.dumps(message)
        for name in [m for m in sys.modules if m.startswith(("trajectory_msgs.", "std_srvs."))]:
            del sys.modules[name]
        assert pickle.loads(data) == message


def test_a_module_can_be_loaded_again_and_keeps_its_classes():
    import sensor_msgs.msg

    before = sensor_msgs.msg.Image
    assert importlib.reload(sensor_msgs.msg).Image is before


def test_an_import_of_everything_brings_every_message():
    space = {}
    exec("from std_msgs.msg import *", space)
    assert {"String", "Header", "ColorRGBA"} <= space.keys()


def test_an_unknown_message_is_an_import_error_that_names_the_nearest():
    with pytest.raises(ImportError, match="std_msgs/msg has no Strin; did you mean String"):
        from std_msgs.msg import Strin  # noqa: F401
    with pytest.raises(ImportError, match="std_srvs/srv has no Rocket; it has Empty, SetBool"):
        from std_srvs.srv import Rocket  # noqa: F401


@pytest.mark.parametrize(
    "module", ["nobody_msgs", "std_msgs.action", "std_msgs.msg._nothing", "std_msgs.other"]
)
def test_an_unknown_module_is_not_found(module):
    with pytest.raises(ModuleNotFoundError, match=f"No module named '{module}'"):
        importlib.import_module(module)


def test_what_is_missing_says_so():
    with pytest.raises(ModuleNotFoundError, match="embedded_ros2 has no tf2_ros; use a ROS 2"):
        import tf2_ros  # noqa: F401


def test_a_wheel_brings_the_finder_the_definitions_and_every_package(tmp_path):
    pytest.importorskip("hatchling")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    offline = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "wheel", *offline, "-w", str(tmp_path), str(PROJECT)], check=True)
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "v")], check=True
    )
    python = str(tmp_path / "v" / "bin" / "python")
    wheel = str(next(tmp_path.glob("*.whl")))
    subprocess.run([*pip, "--python", python, "install", *offline[:3], wheel], check=True)
    # On PYTHONPATH .pth files mean nothing: what is found by one is the wheel's.
    libraries = str(Path(ros2_jazzy.__file__).parents[3])
    code = "from franka_msgs.msg import FrankaRobotState as F; import embedded_ros2 as e; " \
           "print(F.__name__, e.__file__)"  # fmt: skip
    answer = run(code, cwd=tmp_path, python=python, PYTHONPATH=libraries)
    assert answer.startswith(f"FrankaRobotState {tmp_path}")
    names = sorted(path.parent.name for path in (PROJECT / "src").glob("*/__init__.py"))
    assert "cv_bridge" in names
    code = "from importlib.util import find_spec as find; print(*(find(name).origin for name in " \
           f"{names}), sep='\\n')"  # fmt: skip
    origins = run(code, cwd=tmp_path, python=python, PYTHONPATH=libraries).splitlines()
    assert [origin for origin in origins if not origin.startswith(str(tmp_path))] == []
    assert len(origins) == len(names)
