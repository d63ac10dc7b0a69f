from glob import glob

from setuptools import find_packages, setup

package_name = "afil_policy"

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
    install_requires=[
        "setuptools",
        "accelerate",
        "afil_core",
        "numpy",
        "opencv-python-headless",
        "PyYAML",
        "pydantic",
        "safetensors",
        "scipy",
        "tensorboard",
        "torch",
        "torchvision",
        "tqdm",
    ],
    # colcon runs the tests of a package with pytest only if it finds this.
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="AFIL",
    maintainer_email="afil@example.org",
    description="Train, evaluate and deploy AFIL's policies",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "evaluate = afil_core.process.program:start.afil_policy.commands.evaluate",
            "inspect = afil_core.process.program:start.afil_policy.commands.inspect",
            "policy_node = afil_core.process.program:start.afil_policy.nodes.policy_node",
            "watchdog_node = afil_core.process.program:start.afil_policy.nodes.watchdog_node",
            "replay = afil_core.process.program:start.afil_policy.commands.replay",
            "report = afil_core.process.program:start.afil_policy.commands.report",
            "train = afil_core.process.program:start.afil_policy.commands.train",
        ],
    },
)
