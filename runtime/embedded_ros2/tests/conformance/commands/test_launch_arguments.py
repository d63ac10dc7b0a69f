"""Launch arguments, as a user gives them and as launch files pass them on."""

import pytest

ARGUMENT = """
DeclareLaunchArgument('robot', default_value='franka', choices=['franka', 'carla'],
                      description='which robot'),
DeclareLaunchArgument('task', description='what to do'),
LogInfo(msg=['robot=', LaunchConfiguration('robot'), ' task=', LaunchConfiguration('task')]),
"""


def test_default_value_is_used_when_no_argument_is_given(workspace):
    assert "robot=franka task=lift" in workspace.launch(ARGUMENT, "task:=lift").text


def test_given_value_wins_over_the_default(workspace):
    assert "robot=carla" in workspace.launch(ARGUMENT, "task:=x", "robot:=carla").text


def test_last_of_two_values_wins(workspace):
    assert "task=b" in workspace.launch(ARGUMENT, "task:=a", "task:=b").text


def test_value_may_hold_the_separator(workspace):
    assert "task=a:=b" in workspace.launch(ARGUMENT, "task:=a:=b").text


def test_missing_required_argument_ends_with_its_name(workspace):
    outcome = workspace.launch(ARGUMENT)
    assert outcome.code == 1
    assert "'task'" in outcome.text
    assert "Traceback" not in outcome.text


def test_value_outside_the_choices_ends_with_the_choices(workspace):
    outcome = workspace.launch(ARGUMENT, "task:=x", "robot:=ur5")
    assert outcome.code == 1
    assert 'Argument "robot" provided value "ur5" is not valid' in outcome.text
    assert "['franka', 'carla']" in outcome.text


@pytest.mark.parametrize("word", ["robot", ":=carla", "robot:="])
def test_malformed_argument_ends_with_the_expected_format(workspace, word):
    outcome = workspace.launch(ARGUMENT, word)
    assert outcome.code == 1
    assert "<name>:=<value>" in outcome.text


def test_show_args_prints_descriptions_choices_and_defaults(workspace):
    path = workspace.launch_file(ARGUMENT)
    outcome = workspace.ros2("launch", path, "--show-args")
    assert outcome.code == 0
    expected = (
        "Arguments (pass arguments as '<name>:=<value>'):\n"
        "\n    'robot':\n"
        "        which robot. Valid choices are: ['franka', 'carla']\n"
        "        (default: 'franka')\n"
        "\n    'task':\n"
        "        what to do\n"
    )
    assert expected in outcome.out


def test_show_args_says_when_there_are_none(workspace):
    path = workspace.launch_file("LogInfo(msg='hello'),")
    assert "No arguments." in workspace.ros2("launch", path, "-s").out


def test_show_args_launches_nothing(workspace):
    path = workspace.launch_file("LogInfo(msg='hello'),")
    assert "hello" not in workspace.ros2("launch", "--show-args", path).text


def test_print_lists_the_entities_and_launches_nothing(workspace):
    path = workspace.launch_file("LogInfo(msg='hello'), ExecuteProcess(cmd=['echo', 'hi']),")
    outcome = workspace.ros2("launch", "-p", path)
    assert outcome.code == 0
    first, *rest = outcome.out.splitlines()
    assert first.startswith("<launch.launch_description.LaunchDescription object at 0x")
    assert "LogInfo('hello')" in rest[0]
    assert "ExecuteProcess(cmd=['echo', 'hi'], cwd=None, env=None, shell=False)" in rest[1]
    assert "process started" not in outcome.text


def test_print_and_show_args_exclude_each_other(workspace):
    path = workspace.launch_file("LogInfo(msg='hello'),")
    assert workspace.ros2("launch", "-p", "-s", path).code == 2


def test_debug_tells_what_launch_does(workspace):
    path = workspace.launch_file("LogInfo(msg='hello'),")
    assert "[DEBUG] [launch" in workspace.ros2("launch", "-d", path).text
    assert "[DEBUG]" not in workspace.ros2("launch", path).text


def test_all_output_is_shown_when_asked(workspace):
    path = workspace.launch_file("ExecuteProcess(cmd=['echo', 'quiet'], output='log'),")
    assert "[echo-1] quiet" in workspace.ros2("launch", "-a", path).text
    assert "quiet" not in workspace.ros2("launch", "-n", path).text


def test_launch_prefix_stands_before_the_executables_that_it_is_for(workspace):
    body = "import os; print('VALUE', os.environ.get('FROM_PREFIX'))"
    path = workspace.launch_file(f"ExecuteProcess(cmd=[sys.executable, '-c', {body!r}]),")
    prefix = ("--launch-prefix", "env FROM_PREFIX=yes")
    assert "VALUE yes" in workspace.ros2("launch", "-a", *prefix, path).text
    outcome = workspace.ros2("launch", "-a", *prefix, "--launch-prefix-filter", "no_such", path)
    assert "VALUE None" in outcome.text
    outcome = workspace.ros2("launch", "--launch-prefix-filter", "x", path)
    assert outcome.code == 1
    assert "--launch-prefix must be specified" in outcome.err


def test_file_is_found_by_package_and_name(workspace):
    workspace.launch_file("LogInfo(msg='found me'),", "by_name.launch.py")
    outcome = workspace.ros2("launch", workspace.package, "by_name.launch.py")
    assert outcome.code == 0
    assert "found me" in outcome.text
    outcome = workspace.ros2("launch", workspace.package, "by_name.launch.py", "--show-args")
    assert "No arguments." in outcome.out


def test_include_passes_arguments_and_shows_those_of_the_included_file(workspace):
    workspace.launch_file(ARGUMENT, "inner.launch.py")
    outcome = workspace.launch(
        """
        DeclareLaunchArgument('what', default_value='stack'),
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource([ThisLaunchFileDir(), '/inner.launch.py']),
            launch_arguments={'task': LaunchConfiguration('what'), 'robot': 'carla'}.items(),
        ),
        LogInfo(msg=['dir=', ThisLaunchFileDir()]),
        """
    )
    assert outcome.code == 0, outcome.text
    assert "robot=carla task=stack" in outcome.text
    assert f"dir={workspace.share}/launch" in outcome.text


def test_include_without_a_required_argument_fails(workspace):
    workspace.launch_file(ARGUMENT, "inner.launch.py")
    outcome = workspace.launch(
        """
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource([ThisLaunchFileDir(), '/inner.launch.py'])),
        """
    )
    assert outcome.code == 1
    assert "'task'" in outcome.text


def test_launch_configuration_that_is_not_set_fails(workspace):
    outcome = workspace.launch("LogInfo(msg=LaunchConfiguration('nobody_set_this')),")
    assert outcome.code == 1
    assert "launch configuration 'nobody_set_this' does not exist" in outcome.text


def test_unknown_package_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("launch", "no_such_package", "x.launch.py")
    assert outcome.code == 1
    assert "Package 'no_such_package' not found" in outcome.text


def test_unknown_file_ends_in_a_sentence(workspace):
    outcome = workspace.ros2("launch", workspace.package, "nothing.launch.py")
    assert outcome.code == 1
    assert "file 'nothing.launch.py' was not found in the share directory" in outcome.text


def test_arguments_of_a_description_are_known_before_launching():
    from launch import LaunchDescription
    from launch.actions import DeclareLaunchArgument, GroupAction
    from launch.conditions import IfCondition

    description = LaunchDescription(
        [
            DeclareLaunchArgument("first", default_value="1"),
            GroupAction([DeclareLaunchArgument("second", default_value="2")]),
            GroupAction(
                [DeclareLaunchArgument("third", default_value="3")], condition=IfCondition("1")
            ),
        ]
    )
    names = [argument.name for argument in description.get_launch_arguments()]
    assert names == ["first", "second", "third"]


def test_default_outside_the_choices_is_refused():
    from launch.actions import DeclareLaunchArgument

    with pytest.raises(RuntimeError, match="not in provided choices"):
        DeclareLaunchArgument("x", default_value="c", choices=["a", "b"])
