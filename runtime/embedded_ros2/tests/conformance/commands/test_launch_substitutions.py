"""Substitutions, conditions and scopes."""

import os
import sys

import pytest

from launch import LaunchContext
from launch.conditions import (
    IfCondition,
    InvalidConditionExpressionError,
    LaunchConfigurationEquals,
    UnlessCondition,
)
from launch.substitutions import (
    AllSubstitution,
    AndSubstitution,
    AnySubstitution,
    Command,
    EnvironmentVariable,
    EqualsSubstitution,
    FindExecutable,
    IfElseSubstitution,
    LaunchConfiguration,
    NotEqualsSubstitution,
    NotSubstitution,
    OrSubstitution,
    PathJoinSubstitution,
    PythonExpression,
    SubstitutionFailure,
    TextSubstitution,
)


@pytest.fixture
def context():
    result = LaunchContext()
    result.launch_configurations.update({"robot": "franka", "rate": "10", "sim": "true"})
    return result


ROBOT, RATE, SIM = (LaunchConfiguration(name) for name in ("robot", "rate", "sim"))


@pytest.mark.parametrize(
    ("substitution", "text"),
    [
        (TextSubstitution(text="plain"), "plain"),
        (ROBOT, "franka"),
        (LaunchConfiguration("nobody", default="fallback"), "fallback"),
        (LaunchConfiguration("nobody", default=5), "5"),
        (LaunchConfiguration("nobody", default=["a", ROBOT]), "afranka"),
        (PathJoinSubstitution(["/opt", ROBOT, "config.yaml"]), "/opt/franka/config.yaml"),
        (PythonExpression(["2 * ", RATE]), "20"),
        (PythonExpression(["'", ROBOT, "' == 'franka'"]), "True"),
        (PythonExpression("math.floor(2.5)"), "2"),
        (EqualsSubstitution(ROBOT, "franka"), "true"),
        (EqualsSubstitution(RATE, 10.0), "true"),
        (EqualsSubstitution("TRUE", True), "true"),
        (EqualsSubstitution(ROBOT, "carla"), "false"),
        (NotEqualsSubstitution(ROBOT, "carla"), "true"),
        (NotSubstitution(SIM), "false"),
        (AndSubstitution(SIM, "false"), "false"),
        (OrSubstitution(SIM, "false"), "true"),
        (AnySubstitution("false", "false", SIM), "true"),
        (AllSubstitution("true", SIM, "false"), "false"),
        (IfElseSubstitution(SIM, if_value="simulated", else_value="real"), "simulated"),
        (EnvironmentVariable("NOT_SET_ANYWHERE", default_value="x"), "x"),
        (Command([sys.executable, " -c 'print(1 + 1)'"]), "2\n"),
    ],
)
def test_substitution_gives_its_text(context, substitution, text):
    assert context.perform_substitution(substitution) == text


def test_environment_variable_gives_its_value(context, monkeypatch):
    monkeypatch.setenv("CONFORMANCE_VALUE", "42")
    assert EnvironmentVariable("CONFORMANCE_VALUE").perform(context) == "42"


def test_environment_variable_without_default_fails(context):
    with pytest.raises(SubstitutionFailure, match="NOT_SET_ANYWHERE"):
        EnvironmentVariable("NOT_SET_ANYWHERE").perform(context)


def test_find_executable_gives_a_path(context):
    assert os.path.isabs(FindExecutable(name="sh").perform(context))
    with pytest.raises(SubstitutionFailure):
        FindExecutable(name="no_such_program").perform(context)


def test_command_that_fails_is_an_error(context):
    with pytest.raises(SubstitutionFailure):
        Command([sys.executable, " -c 'exit(1)'"]).perform(context)


def test_command_that_complains_is_an_error_unless_ignored(context):
    complain = [sys.executable, " -c 'import sys; sys.stderr.write(str(1)); print(2)'"]
    with pytest.raises(SubstitutionFailure):
        Command(complain).perform(context)
    assert Command(complain, on_stderr="ignore").perform(context) == "2\n"


@pytest.mark.parametrize("value", ["true", "True", "1", " TRUE "])
def test_if_condition_holds_for_true(context, value):
    assert IfCondition(value).evaluate(context)
    assert not UnlessCondition(value).evaluate(context)


@pytest.mark.parametrize("value", ["false", "False", "0"])
def test_unless_condition_holds_for_false(context, value):
    assert UnlessCondition(value).evaluate(context)
    assert not IfCondition(value).evaluate(context)


def test_condition_that_is_neither_true_nor_false_is_an_error(context):
    with pytest.raises(InvalidConditionExpressionError, match="maybe"):
        IfCondition("maybe").evaluate(context)


def test_launch_configuration_equals(context):
    assert LaunchConfigurationEquals("robot", "franka").evaluate(context)
    assert not LaunchConfigurationEquals("robot", "carla").evaluate(context)


def test_scoped_group_forgets_what_it_set(workspace):
    outcome = workspace.launch(
        """
        SetLaunchConfiguration('a', 'outside'),
        SetEnvironmentVariable('SCOPE', 'outside'),
        GroupAction([
            SetLaunchConfiguration('a', 'inside'),
            SetEnvironmentVariable('SCOPE', 'inside'),
            LogInfo(msg=['in=', LaunchConfiguration('a'), EnvironmentVariable('SCOPE')]),
        ]),
        LogInfo(msg=['out=', LaunchConfiguration('a'), EnvironmentVariable('SCOPE')]),
        """
    )
    assert "in=insideinside" in outcome.text
    assert "out=outsideoutside" in outcome.text


def test_group_that_is_not_scoped_keeps_what_it_set(workspace):
    outcome = workspace.launch(
        """
        GroupAction([SetLaunchConfiguration('a', 'inside')], scoped=False),
        LogInfo(msg=['out=', LaunchConfiguration('a')]),
        """
    )
    assert "out=inside" in outcome.text


def test_group_under_a_false_condition_is_left_out(workspace):
    outcome = workspace.launch(
        """
        GroupAction([LogInfo(msg='never')], condition=IfCondition('false')),
        GroupAction([LogInfo(msg='always')], condition=UnlessCondition('false')),
        """
    )
    assert "never" not in outcome.text
    assert "always" in outcome.text


def test_opaque_function_may_return_entities(workspace):
    outcome = workspace.launch(
        """
        def choose(context, word):
            value = LaunchConfiguration('n').perform(context)
            return [LogInfo(msg=f'{word}{i}') for i in range(int(value))]

        def generate_launch_description():
            return LaunchDescription([
                DeclareLaunchArgument('n', default_value='2'),
                OpaqueFunction(function=choose, args=['item']),
            ])
        """
    )
    assert "item0" in outcome.text and "item1" in outcome.text
