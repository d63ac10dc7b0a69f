from setuptools import find_packages, setup

package_name = "afil_core"

setup(
    name=package_name,
    version="0.1.0",
    packages=find_packages(exclude=["test"]),
    package_data={package_name: ["py.typed", "contracts/*.yaml", "report/templates/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{package_name}"]),
        (f"share/{package_name}", ["package.xml"]),
    ],
    install_requires=[
        "setuptools",
        "numpy",
        "opencv-python-headless",
        "scipy",
        "PyYAML",
        "jinja2",
        "pydantic",
        "rosbags",
        "mcap",
        "zstandard",
        "backports.zstd; python_version < '3.14'",
    ],
    # colcon runs the tests of a package with pytest only if it finds this.
    extras_require={"test": ["pytest"]},
    zip_safe=False,
    maintainer="AFIL",
    maintainer_email="afil@example.org",
    description="Robot contract, episodes, bags, codecs and timeline shared by the AFIL packages",
    license="Apache-2.0",
    entry_points={
        "console_scripts": [
            "recover_bag = afil_core.process.program:start.afil_core.console.recover_bag"
        ],
    },
)
