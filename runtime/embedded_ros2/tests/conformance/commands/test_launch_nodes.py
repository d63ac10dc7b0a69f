"""What a Node action passes to its executable."""

import json

import pytest
import yaml

ECHO = "import json, sys; print('ARGV' + json.dumps(sys.argv[1:]))"
VALUES = """
import json, sys
import yaml
merged = {}
words = sys.argv[1:]
for option, value in zip(words, words[1:]):
    if option == '--params-file':
        # A list may be written as a Python tuple, whose tag rcl does not look at.
        for parameters in yaml.load(open(value), yaml.FullLoader).values():
            merged.update(parameters['ros__parameters'])
    if option == '-p':
        name, _, text = value.partition(':=')
        merged[name] = yaml.safe_load(text)
print('VALUES' + json.dumps(merged))
"""


@pytest.fixture
def node(workspace):
    workspace.executable("echo_node", ECHO)
    workspace.executable("value_node", VALUES)

    def launch(body: str, marker: str = "ARGV", *arguments: str):
        outcome = workspace.launch(body, *arguments)
        assert outcome.code == 0, outcome.text
        lines = [line for line in outcome.out.splitlines() if marker in line]
        assert lines, outcome.text
        return json.loads(lines[-1].split(marker, 1)[1])

    return launch


def echo(workspace, options: str = "") -> str:
    return (
        f"Node(package='{workspace.package}', executable='echo_node', output='screen', {options}),"
    )


def values(workspace, options: str = "") -> str:
    return echo(workspace, options).replace("echo_node", "value_node")


def pairs(words: list[str], option: str) -> list[str]:
    return [b for a, b in zip(words, words[1:], strict=False) if a == option]


def test_node_without_options_gets_only_ros_args(workspace, node):
    assert node(echo(workspace)) == ["--ros-args"]


def test_name_and_namespace_become_remappings(workspace, node):
    words = node(echo(workspace, "name='camera', namespace='left'"))
    assert pairs(words, "-r") == ["__node:=camera", "__ns:=/left"]


def test_arguments_stand_before_ros_args(workspace, node):
    words = node(
        echo(workspace, "arguments=['--fast', '3'], ros_arguments=['--log-level', 'debug']")
    )
    assert words[:3] == ["--fast", "3", "--ros-args"]
    assert pairs(words, "--log-level") == ["debug"]


def test_remappings_become_rules(workspace, node):
    words = node(echo(workspace, "remappings=[('a', 'b'), ('/tf', 'tf')]"))
    assert pairs(words, "-r") == ["a:=b", "/tf:=tf"]


def test_namespaces_are_pushed_one_below_the_other(workspace, node):
    body = f"""
    PushRosNamespace('outer'),
    GroupAction([PushRosNamespace('inner'), {echo(workspace, "namespace='own'")}]),
    """
    assert "__ns:=/outer/inner/own" in pairs(node(body), "-r")


def test_absolute_namespace_is_not_pushed(workspace, node):
    body = f"PushRosNamespace('outer'),\n{echo(workspace, 'namespace=' + repr('/own'))}"
    assert "__ns:=/own" in pairs(node(body), "-r")


def test_namespace_ends_with_its_group(workspace, node):
    body = f"GroupAction([PushRosNamespace('outer')]),\n{echo(workspace)}"
    assert node(body) == ["--ros-args"]


def test_parameters_keep_their_types(workspace, node):
    given = "parameters=[{'i': 1, 'f': 0.5, 'b': True, 's': 'text', 'a': [1, 2], 'n': {'m': 'x'}}]"
    expected = {"i": 1, "f": 0.5, "b": True, "s": "text", "a": [1, 2], "n.m": "x"}
    assert node(values(workspace, given), "VALUES") == expected


def test_parameter_from_an_argument_gets_the_type_that_yaml_sees(workspace, node):
    body = "DeclareLaunchArgument('rate'), DeclareLaunchArgument('sim'),\n" + values(
        workspace,
        "parameters=[{'rate': LaunchConfiguration('rate'), 'sim': LaunchConfiguration('sim')}]",
    )
    assert node(body, "VALUES", "rate:=10.5", "sim:=true") == {"rate": 10.5, "sim": True}


def test_parameter_value_forces_a_type(workspace, node):
    body = "DeclareLaunchArgument('name', default_value='123'),\n" + values(
        workspace,
        "parameters=[{'name': ParameterValue(LaunchConfiguration('name'), value_type=str)}]",
    )
    assert node(body, "VALUES") == {"name": "123"}


def test_parameter_files_are_passed_in_order(workspace, node):
    path = workspace.file("params.yaml", "/**:\n  ros__parameters:\n    a: 1\n    b: 2\n")
    given = f"parameters=[{path!r}, {{'b': 3}}]"
    assert node(values(workspace, given), "VALUES") == {"a": 1, "b": 3}


def test_parameter_file_of_a_package_is_found(workspace, node):
    workspace.file("params.yaml", "/**:\n  ros__parameters:\n    a: 1\n")
    given = (
        "parameters=[PathJoinSubstitution([FindPackageShare("
        f"'{workspace.package}'), 'params.yaml'])]"
    )
    assert node(values(workspace, given), "VALUES") == {"a": 1}


def test_parameter_file_may_hold_substitutions(workspace, node):
    path = workspace.file("p.yaml", "/**:\n  ros__parameters:\n    a: $(var number)\n")
    body = "DeclareLaunchArgument('number', default_value='7'),\n" + values(
        workspace, f"parameters=[ParameterFile({path!r}, allow_substs=True)]"
    )
    assert node(body, "VALUES") == {"a": 7}


def test_set_parameter_reaches_the_nodes_that_follow(workspace, node):
    body = f"SetParameter('use_sim_time', True),\n{values(workspace)}"
    assert node(body, "VALUES") == {"use_sim_time": True}


def test_own_parameter_wins_over_set_parameter(workspace, node):
    body = f"SetParameter('rate', 1),\n{values(workspace, 'parameters=[dict(rate=2)]')}"
    assert node(body, "VALUES") == {"rate": 2}


def test_set_parameters_from_file_reaches_the_nodes_that_follow(workspace, node):
    path = workspace.file("params.yaml", "/**:\n  ros__parameters:\n    a: 1\n")
    assert node(f"SetParametersFromFile({path!r}),\n{values(workspace)}", "VALUES") == {"a": 1}


def test_set_remap_reaches_the_nodes_that_follow(workspace, node):
    body = f"SetRemap('image', 'camera/image'),\n{echo(workspace)}"
    assert pairs(node(body), "-r") == ["image:=camera/image"]


def test_parameters_of_a_fully_named_node_are_written_for_it(workspace):
    path = workspace.root / "copy.yaml"
    workspace.executable(
        "copy_node",
        f"""
        import shutil, sys
        shutil.copy(sys.argv[sys.argv.index('--params-file') + 1], {str(path)!r})
        """,
    )
    outcome = workspace.launch(
        f"Node(package='{workspace.package}', executable='copy_node', name='camera', "
        "namespace='/left', parameters=[{'a': 1}]),"
    )
    assert outcome.code == 0, outcome.text
    assert yaml.safe_load(path.read_text()) == {"/left/camera": {"ros__parameters": {"a": 1}}}


def test_process_is_named_after_its_executable(workspace):
    workspace.executable("echo_node", ECHO)
    assert "[echo_node-1]" in workspace.launch(echo(workspace, "name='camera'")).out


def test_unknown_executable_fails_the_launch(workspace):
    outcome = workspace.launch(f"Node(package='{workspace.package}', executable='nothing'),")
    assert outcome.code == 1
    assert "executable 'nothing' not found" in outcome.text


def test_unknown_package_fails_the_launch(workspace):
    outcome = workspace.launch("Node(package='no_such_package', executable='x'),")
    assert outcome.code == 1
    assert "no_such_package" in outcome.text


def test_node_may_be_a_plain_program(workspace, node):
    path = workspace.executable("anywhere", ECHO)
    words = node(f"Node(executable={str(path)!r}, name='camera', output='screen'),")
    assert words == ["--ros-args", "-r", "__node:=camera"]
