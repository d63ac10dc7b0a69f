"""record.launch.py robot:=carla starts the bridge and spawns the objects.

Packages of the bridge's names stand in for it in a prefix of their own: the bridge is the town,
which waits a second for each control as the bridge does, and the spawner asks the town's own
services for what the file of objects says.
"""

from __future__ import annotations

import os
import socket
import sys
import textwrap

import pytest

from afil_core.contract import load_contract

ARGUMENTS = (
    "host", "port", "timeout", "passive", "synchronous_mode", "town", "fixed_delta_seconds",
    "synchronous_mode_wait_for_vehicle_control_command", "objects_definition_file",
    "spawn_sensors_only",
)  # fmt: skip
LAUNCH = """
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, ExecuteProcess, LogInfo
from launch.substitutions import LaunchConfiguration

def generate_launch_description():
    names = {names!r}
    return LaunchDescription([
        *(DeclareLaunchArgument(n, default_value="-") for n in names),
        *(LogInfo(msg=[f"{package} {{n}}=", LaunchConfiguration(n)]) for n in names),
        ExecuteProcess(
            cmd=[{python!r}, *{command!r}, LaunchConfiguration(names[-2])][:{used}],
            output="screen",
        ),
    ])
"""
SPAWNER = """
import json, sys
import rclpy
from carla_msgs.srv import SpawnObject
from diagnostic_msgs.msg import KeyValue

rclpy.init()
node = rclpy.create_node("carla_spawn_objects")
client = node.create_client(SpawnObject, "/carla/spawn_object")
client.wait_for_service(60.0)

def spawn(thing, parent=0):
    more = {k: v for k, v in thing.items() if k not in ("type", "id", "spawn_point", "sensors")}
    pairs = [KeyValue(key=k, value=str(v)) for k, v in more.items()]
    asked = SpawnObject.Request(
        type=thing["type"], id=thing["id"], attach_to=parent, attributes=pairs
    )
    future = client.call_async(asked)
    rclpy.spin_until_future_complete(node, future, timeout_sec=30.0)
    answer = future.result()
    print("spawned", thing["type"], answer.id, answer.error_string, flush=True)
    for sensor in thing.get("sensors", ()):
        spawn(sensor, answer.id)

for thing in json.load(open(sys.argv[1]))["objects"]:
    spawn(thing)
rclpy.spin(node)
"""
# Bridge and recorder run when it ends: while they start, Ctrl-C is a traceback of Python itself.
ENDS = """
import rclpy
from carla_msgs.srv import SpawnObject
from std_srvs.srv import Trigger

rclpy.init()
node = rclpy.create_node("carla_spawn_objects")
for kind, service in ((SpawnObject, "/carla/spawn_object"), (Trigger, "/record_node/start")):
    assert node.create_client(kind, service).wait_for_service(60.0), service
print("Exception caught: Spawn failed because of collision")
"""
PRINTER = """
import json, sys, time
(ego,) = (o for o in json.load(open(sys.argv[1]))["objects"] if o["type"].startswith("vehicle."))
camera = ego["sensors"][-1]
size = camera["image_size_x"], camera["image_size_y"]
print("spawns", ego["id"], "with", camera["id"], *size, flush=True)
time.sleep(600)
"""


@pytest.fixture
def bridge(tmp_path, monkeypatch):
    """Puts the two packages and a carla of a version into the environment."""

    def install(carla="0.9.13", spawner=SPAWNER):
        index = tmp_path / "share/ament_index/resource_index/packages"
        index.mkdir(parents=True)
        # By its module: its executable is made where it is launched for the first time.
        world = ["-m", "afil_sim.nodes.world_node", "--ros-args", "-p", "robot:=carla"]
        world += ["-p", "auto_reset:=true", "-p", "mode:=lock_step"]
        script = tmp_path / "lib/carla_spawn_objects/spawner.py"
        script.parent.mkdir(parents=True)
        script.write_text(textwrap.dedent(spawner))
        # The spawner alone takes the file of objects.
        for package, command, used in (
            ("carla_ros_bridge", world, -1),
            ("carla_spawn_objects", [str(script)], None),
        ):
            (index / package).touch()
            folder = tmp_path / "share" / package / "launch"
            folder.mkdir(parents=True)
            text = LAUNCH.format(
                names=ARGUMENTS,
                package=package,
                python=sys.executable,
                command=command,
                used=used,
            )
            (folder / f"{package}.launch.py").write_text(text)
        (tmp_path / "lib/carla_ros_bridge").mkdir(parents=True)
        (tmp_path / "lib/carla_ros_bridge/CARLA_VERSION").write_text("0.9.13\n")
        facts = tmp_path / f"python/carla-{carla}.dist-info"
        facts.mkdir(parents=True)
        (facts / "METADATA").write_text(f"Name: carla\nVersion: {carla}\n")
        before = os.environ.get("AMENT_PREFIX_PATH", "")
        prefixes = os.pathsep.join([str(tmp_path), *([before] if before else [])])
        monkeypatch.setenv("AMENT_PREFIX_PATH", prefixes)
        monkeypatch.setenv("PYTHONPATH", str(facts.parent))

    return install


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def record(port, tmp_path, *more):
    options = f"bringup:={{host: 127.0.0.1, port: {port}, town: Town05}}"
    return (
        "launch", "afil_teleop", "record.launch.py", "robot:=carla", "source:=external", options,
        "instruction:=follow the road", f"dataset:={tmp_path / 'demos'}", "preflight:=only", *more,
    )  # fmt: skip


def test_the_bridge_is_started_synchronous_and_at_a_frame_a_second_the_recorder_is_ready(
    processes, tmp_path, bridge, port
):
    bridge()
    text = processes.succeed(*record(port, tmp_path), timeout_s=120)
    assert "carla_ros_bridge loads Town05 on 127.0.0.1" in text
    for said in (
        f"carla_ros_bridge port={port}",
        "carla_ros_bridge timeout=30",
        "carla_ros_bridge passive=False",
        "carla_ros_bridge synchronous_mode=True",
        "carla_ros_bridge synchronous_mode_wait_for_vehicle_control_command=True",
        "carla_ros_bridge fixed_delta_seconds=0.05",
        "carla_spawn_objects objects_definition_file=",
        "spawned vehicle.tesla.model3 1000",
        "spawned sensor.camera.rgb 1000",
    ):
        assert said in text, text
    assert "spawned sensor.camera.rgb -1" not in text


def test_a_wrong_version_of_carla_ends_the_launch_with_a_sentence(
    processes, tmp_path, bridge, port
):
    bridge("0.9.15")
    text = processes.refuse(*record(port, tmp_path))
    assert "carla_ros_bridge is for CARLA 0.9.13, and the Python package carla is 0.9.15" in text


def test_a_spawner_that_ends_is_told_with_the_way_out(processes, tmp_path, bridge, port):
    """As upstream's does where the place is taken: it says so, and ends with exit code 0."""
    bridge(spawner=ENDS)
    text = processes.refuse(*record(port, tmp_path), timeout_s=120)
    assert "carla_spawn_objects ended with code 0" in text and "spawn_point: " in text


def test_a_contract_of_ones_own_is_what_the_simulator_is_set_up_by(
    processes, tmp_path, bridge, port
):
    bridge(spawner=PRINTER)
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        load_contract("carla")
        .to_yaml()
        .replace("ego_vehicle", "hero")
        .replace("- 180\n    - 320", "- 120\n    - 160")
        .replace("_hz: 20.0", "_hz: 25.0")
    )
    launch = processes.Process(["ros2", *record(port, tmp_path, f"robot:={mine}")])
    try:
        launch.wait_for("spawns hero with rgb_front 160 120", 60)
        assert "carla_ros_bridge fixed_delta_seconds=0.04" in launch.output
    finally:
        launch.stop()


def test_without_the_packages_the_ways_out_are_named(processes, tmp_path, port):
    text = processes.refuse(*record(port, tmp_path))
    assert "starts carla_ros_bridge, which is not installed here" in text
    text = processes.refuse(
        *("launch", "afil_teleop", "record.launch.py", "robot:=franka", "source:=external"),
        *("instruction:=put it down", f"dataset:={tmp_path / 'demos'}", "passive:=true"),
    )
    assert "passive:=true is for a robot" in text and "that of franka names none" in text
