from glob import glob

from setuptools import find_packages, setup

package_name = "afil_teleop"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={package_name: ["py.typed"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
        (f"share/{package_name}/launch", glob("launch/*.launch.py")),
        (f"share/{package_name}/config", glob("config/*.yaml")),
    ],
    install_requires=["setuptools", "afil_core", "numpy", "pydantic"],
    # colcon runs the tests of a package with pytest only if it finds this.
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="AFIL",
    maintainer_email="afil@example.org",
    description="Recording of demonstrations: devices, episode control, crash-safe episodes",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "record_node = afil_core.process.program:start.afil_teleop.nodes.record_node",
            "autopilot_node = afil_core.process.program:start.afil_teleop.nodes.autopilot_node",
            "teleop_node = afil_core.process.program:start.afil_teleop.nodes.teleop_node",
            "teleop_watchdog_node = "
            "afil_core.process.program:start.afil_teleop.nodes.teleop_watchdog_node",
        ],
    },
)
