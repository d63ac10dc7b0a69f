from setuptools import find_packages, setup

package_name = "afil_sim"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={
        package_name: ["py.typed", "bodies/*.xml", "worlds/scenes/*.xml", "town/maps/*.xodr"]
    },
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
        (f"share/{package_name}/config", ["config/world.yaml", "config/carla_objects.json"]),
        (f"share/{package_name}/launch", ["launch/world.launch.py", "launch/carla.launch.py"]),
    ],
    install_requires=[
        "setuptools",
        "afil_core",
        "numpy",
        "gymnasium",
        "mujoco",
        "opencv-python-headless",
        "panda3d",
        "pydantic",
        "scipy",
    ],
    # colcon runs the tests of a package with pytest only if it finds this.
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="AFIL",
    maintainer_email="afil@example.org",
    description="Simulated worlds that speak the topics of the real robots",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "world_node = afil_core.process.program:start.afil_sim.nodes.world_node",
            "expert_node = afil_core.process.program:start.afil_sim.nodes.expert_node",
            "gym_contract = afil_core.process.program:start.afil_sim.commands.gym_contract",
            "oracle = afil_core.process.program:start.afil_sim.commands.oracle",
        ],
        "gymnasium.envs": ["afil_sim = afil_sim.running.registration:register_environments"],
    },
)
