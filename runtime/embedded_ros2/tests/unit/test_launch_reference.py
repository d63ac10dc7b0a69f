"""docs/reference.md lists what there is: no name more, no name less."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference.md"
NOT_LISTED = {"SubstitutionFailure", "FindPackage", "process"}
NOT_LISTED |= {"InvalidConditionExpressionError", "evaluate_condition_expression"}
NOT_LISTED |= {"OnActionEventBase", "OnIncludeLaunchDescription"}


def names_in_row(title: str) -> set[str]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"| `{title}`"):
            return set(re.findall(r"`([A-Za-z_]+)`", line.split("|")[2]))
    raise AssertionError(f"{PAGE} has no row for {title}")


@pytest.mark.parametrize(
    "module",
    [
        "launch.actions",
        "launch.conditions",
        "launch.event_handlers",
        "launch.substitutions",
        "launch_ros.actions",
        "launch_ros.substitutions",
    ],
)
def test_names_of_a_module_are_listed(module):
    names = set(importlib.import_module(module).__all__) - NOT_LISTED
    assert names_in_row(module) == names


@pytest.mark.parametrize(
    "command",
    ["action", "bag", "interface", "lifecycle", "node", "param", "pkg", "service", "topic"],
)
def test_verbs_of_a_command_are_listed(command):
    module = importlib.import_module(f"ros2cli.command.{command}")
    assert names_in_row(command) == set(module.VERBS)
