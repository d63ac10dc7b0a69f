"""``ros2 pkg``: installed packages."""

import argparse
import os
import xml.etree.ElementTree as ElementTree

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_packages_with_prefixes,
)
from embedded_ros2.executables import executable_names, paths_of_executables

from ..errors import CommandError
from ..verbs import Verb


def _package(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package_name", help="The package name")


def _prefix_of(package: str) -> str:
    try:
        return get_package_prefix(package)
    except (PackageNotFoundError, ValueError):
        raise CommandError(f"Package '{package}' not found") from None


def _list(args: argparse.Namespace) -> None:
    for name in sorted(get_packages_with_prefixes()):
        print(name)


def _prefix_arguments(parser: argparse.ArgumentParser) -> None:
    _package(parser)
    parser.add_argument(
        "--share", action="store_true", help="Show share directory for the package"
    )


def _prefix(args: argparse.Namespace) -> None:
    prefix = _prefix_of(args.package_name)
    print(os.path.join(prefix, "share", args.package_name) if args.share else prefix)


def _executables_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("package_name", nargs="?", help="The package name")
    parser.add_argument("--full-path", action="store_true", help="Show the path, not the name")


def _executables(args: argparse.Namespace) -> None:
    names = [args.package_name]
    if args.package_name is None:
        names = sorted(get_packages_with_prefixes())
    else:
        _prefix_of(args.package_name)
    for package in names:
        if args.full_path:
            print("\n".join(paths_of_executables(package)), end="\n" if package else "")
            continue
        for executable in executable_names(package):
            print(f"{package} {executable}")


def _xml_arguments(parser: argparse.ArgumentParser) -> None:
    _package(parser)
    parser.add_argument("-t", "--tag", help="The XML tag to output, e.g. version")


def _xml(args: argparse.Namespace) -> None:
    path = os.path.join(_prefix_of(args.package_name), "share", args.package_name, "package.xml")
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except OSError:
        raise CommandError(f"'{path}' is missing: the package has no package.xml") from None
    if args.tag is None:
        print(text)
        return
    found = ElementTree.fromstring(text).findall(args.tag)
    if not found:
        raise CommandError(f"No tag '{args.tag}' found in '{path}'")
    for element in found:
        print("".join(element.itertext()).strip())


VERBS = {
    "executables": Verb(
        "Output a list of package specific executables", _executables_arguments, _executables
    ),
    "list": Verb("Output a list of available packages", lambda parser: None, _list),
    "prefix": Verb("Output the prefix path of a package", _prefix_arguments, _prefix),
    "xml": Verb("Output the XML of the package manifest or a specific tag", _xml_arguments, _xml),
}
MISSING = ("create",)
