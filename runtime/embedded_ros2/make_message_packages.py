"""Writes the importable message packages of ``src/`` for every package with definitions.

Run it after adding a package to ``share/``; the packages it writes hold no definitions, only the
hook that makes classes on first use.
"""

from pathlib import Path

from embedded_ros2.definitions import packages

SOURCE = Path(__file__).parent / "src"
PACKAGE = '"""Interfaces of {package}, made from their definitions on first use."""\n'
MODULE = '''"""{words} of {package}."""

from embedded_ros2.interface_modules import contents

__getattr__, __dir__ = contents(__name__)
'''
WORDS = {"msg": "Messages", "srv": "Services", "action": "Actions"}


def main() -> None:
    """Write ``src/<package>/__init__.py`` and one module per kind of interface."""
    for package, kinds in packages().items():
        folder = SOURCE / package
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text(PACKAGE.format(package=package))
        for kind in kinds:
            (folder / f"{kind}.py").write_text(MODULE.format(package=package, words=WORDS[kind]))


if __name__ == "__main__":
    main()
