from setuptools import find_packages, setup

package_name = "afil_perception"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={package_name: ["py.typed", "*/*.yaml", "vlm/prompts/*.txt"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
        (f"share/{package_name}/launch", ["launch/live.launch.py", "launch/perceive.launch.py"]),
        (
            f"share/{package_name}/config",
            ["config/perception.yaml", "config/stand_ins.yaml", "config/town.yaml"],
        ),
    ],
    install_requires=[
        "setuptools",
        "afil_core",
        "httpx",
        "numpy",
        "opencv-python-headless",
        "pydantic",
        "scipy",
        "tqdm",
    ],
    # colcon runs the tests of a package with pytest only if it finds this.
    # The pinned versions are in requirements-models.txt and requirements-ray.txt.
    extras_require={
        "models": ["transformers", "accelerate", "torch", "torchvision"],
        "sam2": ["sam2", "torch", "torchvision"],
        "ray": ["ray"],
        "test": ["pytest"],
    },
    zip_safe=False,
    maintainer="AFIL",
    maintainer_email="afil@example.org",
    description="Key objects and saliency maps of recorded episodes",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "perceive = afil_core.process.program:start.afil_perception.commands.perceive",
            "live_node = afil_core.process.program:start.afil_perception.nodes.live_node",
            "perceive_node = afil_core.process.program:start.afil_perception.nodes.perceive_node",
            "models = afil_core.process.program:start.afil_perception.commands.models",
            "review = afil_core.process.program:start.afil_perception.commands.review",
            "import_video = afil_core.process.program:start.afil_perception.commands.import_video",
        ],
    },
)
