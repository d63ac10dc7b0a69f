import os

from setuptools import find_packages, setup

SHARE = "share"
# Importing these says that they are missing: no packages for `ros2 pkg list`.
ANSWERS = {
    *("launch_testing", "launch_testing_ros", "launch_xml", "launch_yaml"),
    *("message_filters", "rosbag2_py", "tf2_ros"),
}


def share_files():
    """Message definitions and resource markers, at the same place below the prefix."""
    groups = []
    for folder, _, names in sorted(os.walk(SHARE)):
        if names:
            groups.append((folder, [os.path.join(folder, name) for name in sorted(names)]))
    return groups


def package_markers():
    """The ament resource index: one empty file for each package, made while building."""
    names = {*find_packages("src", exclude=["*.*"]), *os.listdir(SHARE)} - ANSWERS
    folder = os.path.join("build", "markers")
    os.makedirs(folder, exist_ok=True)
    paths = [os.path.join(folder, name) for name in sorted(names)]
    for path in paths:
        open(path, "w").close()
    return [(os.path.join(SHARE, "ament_index", "resource_index", "packages"), paths)]


setup(
    name="embedded_ros2",
    version="0.1.0",
    description="The part of the ROS 2 Python API that AFIL's nodes use, for machines without ROS",
    license="Apache-2.0",
    python_requires=">=3.10",
    install_requires=["PyYAML", "numpy", "rosbags", "cyclonedds"],
    package_dir={"": "src"},
    packages=find_packages("src"),
    package_data={"": ["py.typed"]},
    data_files=[*share_files(), *package_markers()],
    entry_points={"console_scripts": ["ros2 = ros2cli.cli:main"]},
    zip_safe=False,
)
