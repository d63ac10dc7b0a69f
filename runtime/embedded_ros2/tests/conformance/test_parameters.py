import pytest
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)

from rclpy.exceptions import (
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterImmutableException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from rclpy.parameter import Parameter


@pytest.fixture
def node(ros):
    node = ros.rclpy.create_node("parameterized")
    ros.executor.add_node(node)
    yield node
    ros.executor.remove_node(node)
    node.destroy_node()


def test_declared_parameters_have_their_default(node):
    assert node.declare_parameter("gain", 2.5).value == 2.5
    assert node.get_parameter("gain").type_ == Parameter.Type.DOUBLE


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "BOOL"), (3, "INTEGER"), (1.5, "DOUBLE"), ("s", "STRING"),
        ([b"\x01"], "BYTE_ARRAY"), ([True], "BOOL_ARRAY"), ([1, 2], "INTEGER_ARRAY"),
        ([1.0], "DOUBLE_ARRAY"), (["a"], "STRING_ARRAY"),
    ],
)  # fmt: skip
def test_types_follow_values(value, kind):
    assert Parameter("p", value=value).type_.name == kind


@pytest.mark.parametrize("value", [True, 3, 1.5, "s", ["a"], [True]])
def test_parameters_survive_their_message(value):
    message = Parameter("p", value=value).to_parameter_msg()
    assert Parameter.from_parameter_msg(message).value == value


@pytest.mark.parametrize("value", [[1, 2], [1.5]])
def test_numbers_come_from_a_message_as_a_sequence(value):
    message = Parameter("p", value=value).to_parameter_msg()
    assert list(Parameter.from_parameter_msg(message).value) == value


def test_a_value_without_a_type_is_refused():
    with pytest.raises(TypeError):
        Parameter("p", value={"a": 1})


def test_type_and_value_must_agree():
    with pytest.raises(ValueError, match="agree"):
        Parameter("p", Parameter.Type.INTEGER, "text")


def test_undeclared_parameters_are_an_error(node):
    with pytest.raises(ParameterNotDeclaredException, match="undeclared.*nothing"):
        node.get_parameter("nothing")


def test_setting_undeclared_parameters_is_an_error(node):
    with pytest.raises(ParameterNotDeclaredException):
        node.set_parameters([Parameter("nothing", value=1)])


def test_declaring_twice_is_an_error(node):
    node.declare_parameter("once", 1)
    with pytest.raises(ParameterAlreadyDeclaredException):
        node.declare_parameter("once", 2)


def test_set_parameters_changes_values(node):
    node.declare_parameter("x", 1)
    assert node.set_parameters([Parameter("x", value=9)])[0].successful
    assert node.get_parameter("x").value == 9


def test_the_type_is_static(node):
    node.declare_parameter("x", 1)
    result = node.set_parameters([Parameter("x", value="text")])[0]
    assert not result.successful and result.reason
    assert node.get_parameter("x").value == 1


def test_dynamic_typing_allows_another_type(node):
    node.declare_parameter("x", 1, ParameterDescriptor(dynamic_typing=True))
    assert node.set_parameters([Parameter("x", value="text")])[0].successful


def test_a_type_without_value_is_uninitialized(node):
    node.declare_parameter("later", Parameter.Type.INTEGER)
    with pytest.raises(ParameterUninitializedException):
        node.get_parameter("later")
    node.set_parameters([Parameter("later", value=3)])
    assert node.get_parameter("later").value == 3


def test_a_static_type_needs_a_type_or_a_value(node):
    with pytest.raises(ValueError, match="static"):
        node.declare_parameter("x", None, ParameterDescriptor(description="no type"))
    with pytest.raises(ValueError, match="dynamic_typing"):
        node.declare_parameter(
            "x", Parameter.Type.INTEGER, ParameterDescriptor(dynamic_typing=True)
        )


def test_a_name_alone_is_deprecated_and_of_any_type(node):
    with pytest.warns(UserWarning, match="deprecated"):
        node.declare_parameter("x")
    assert node.get_parameter("x").value is None
    assert node.set_parameters([Parameter("x", value=1)])[0].successful
    assert node.set_parameters([Parameter("x", value="text")])[0].successful


def test_parameters_without_value_are_removed_unless_static(node):
    node.declare_parameter("static", 1)
    node.declare_parameter("dynamic", 1, ParameterDescriptor(dynamic_typing=True))
    results = node.set_parameters([Parameter("static"), Parameter("dynamic")])
    assert [result.successful for result in results] == [False, True]
    assert node.has_parameter("static") and not node.has_parameter("dynamic")


def test_read_only_parameters_keep_their_value(node):
    node.declare_parameter("fixed", 1, ParameterDescriptor(read_only=True))
    assert not node.set_parameters([Parameter("fixed", value=2)])[0].successful
    with pytest.raises(ParameterImmutableException):
        node.undeclare_parameter("fixed")


def test_integer_ranges_hold(node):
    limits = IntegerRange(from_value=0, to_value=10, step=2)
    node.declare_parameter("n", 4, ParameterDescriptor(integer_range=[limits]))
    answers = [node.set_parameters([Parameter("n", value=v)])[0].successful for v in (6, 5, 12)]
    assert answers == [True, False, False]


def test_floating_point_ranges_hold(node):
    limits = FloatingPointRange(from_value=0.0, to_value=1.0)
    node.declare_parameter("f", 0.5, ParameterDescriptor(floating_point_range=[limits]))
    answers = [node.set_parameters([Parameter("f", value=v)])[0].successful for v in (1.0, 1.5)]
    assert answers == [True, False]


def test_a_default_out_of_range_is_an_error(node):
    limits = IntegerRange(from_value=0, to_value=10)
    with pytest.raises(InvalidParameterValueException):
        node.declare_parameter("n", 11, ParameterDescriptor(integer_range=[limits]))


def test_validation_callbacks_refuse_with_a_reason(node):
    node.declare_parameter("x", 1)

    def positive(parameters):
        good = all(p.value > 0 for p in parameters)
        return SetParametersResult(successful=good, reason="" if good else "must be positive")

    node.add_on_set_parameters_callback(positive)
    result = node.set_parameters([Parameter("x", value=-1)])[0]
    assert (result.successful, result.reason) == (False, "must be positive")
    node.remove_on_set_parameters_callback(positive)
    assert node.set_parameters([Parameter("x", value=-1)])[0].successful


def test_atomic_setting_is_all_or_nothing(node):
    node.declare_parameters("", [("a", 1), ("b", 2)])
    result = node.set_parameters_atomically(
        [Parameter("a", value=5), Parameter("b", value="wrong type")]
    )
    assert not result.successful and node.get_parameter("a").value == 1


def test_pre_set_callbacks_may_change_the_list(node):
    node.declare_parameters("", [("a", 1), ("b", 1)])
    node.add_pre_set_parameters_callback(lambda ps: [*ps, Parameter("b", value=7)])
    node.set_parameters([Parameter("a", value=3)])
    assert (node.get_parameter("a").value, node.get_parameter("b").value) == (3, 7)


def test_pre_set_callbacks_each_get_what_was_asked_for(node):
    node.declare_parameters("", [("a", 1), ("b", 1), ("c", 1)])
    node.add_pre_set_parameters_callback(lambda ps: [Parameter("b", value=len(ps) + 1)])
    node.add_pre_set_parameters_callback(lambda ps: [*ps, Parameter("c", value=len(ps) + 2)])
    assert node.set_parameters([Parameter("a", value=9)])[0].successful
    values = [p.value for p in node.get_parameters(["a", "b", "c"])]
    assert values == [9, 2, 3]


def test_a_pre_set_callback_that_returns_nothing_refuses(node):
    node.declare_parameter("a", 1)
    node.add_pre_set_parameters_callback(lambda ps: [])
    result = node.set_parameters([Parameter("a", value=3)])[0]
    assert not result.successful and "empty" in result.reason


def test_post_set_callbacks_hear_of_the_change(node):
    node.declare_parameter("a", 1)
    seen = []
    node.add_post_set_parameters_callback(lambda ps: seen.extend((p.name, p.value) for p in ps))
    node.set_parameters([Parameter("a", value=3)])
    assert seen == [("a", 3)]


def test_namespaces_prefix_names(node):
    node.declare_parameters("arm", [("speed", 1.0), ("force", 2.0)])
    found = node.get_parameters_by_prefix("arm")
    assert {name: p.value for name, p in found.items()} == {"speed": 1.0, "force": 2.0}


def test_get_parameter_or_gives_the_alternative(node):
    alternative = Parameter("missing", value=3)
    assert node.get_parameter_or("missing", alternative).value == 3


def test_undeclared_parameters_can_be_removed(node):
    node.declare_parameter("x", 1)
    node.undeclare_parameter("x")
    assert not node.has_parameter("x")


def test_overrides_replace_defaults(ros):
    node = ros.rclpy.create_node("overridden", parameter_overrides=[Parameter("x", value=8)])
    assert node.declare_parameter("x", 1).value == 8
    assert node.declare_parameter("y", 1).value == 1
    node.destroy_node()


def test_an_override_of_another_type_is_an_error(ros):
    node = ros.rclpy.create_node("overridden", parameter_overrides=[Parameter("x", value="s")])
    with pytest.raises(InvalidParameterTypeException):
        node.declare_parameter("x", 1)
    node.destroy_node()


def test_overrides_can_be_declared_automatically(ros):
    node = ros.rclpy.create_node(
        "automatic",
        parameter_overrides=[Parameter("x", value=8)],
        automatically_declare_parameters_from_overrides=True,
    )
    assert node.get_parameter("x").value == 8
    node.destroy_node()


def test_undeclared_parameters_can_be_allowed(ros):
    node = ros.rclpy.create_node("tolerant", allow_undeclared_parameters=True)
    assert node.get_parameter("x").value is None
    node.set_parameters([Parameter("x", value=2)])
    assert node.get_parameter("x").value == 2
    node.destroy_node()


def test_descriptors_are_kept(node):
    node.declare_parameter("x", 1, ParameterDescriptor(description="the x"))
    described = node.describe_parameter("x")
    assert (described.description, described.name) == ("the x", "x")
    assert described.type == Parameter.Type.INTEGER.value


def test_a_new_descriptor_keeps_the_value_or_takes_the_alternative(node):
    node.declare_parameter("n", 4)
    limits = [IntegerRange(from_value=0, to_value=10)]
    kind = Parameter.Type.INTEGER.value
    other = Parameter("n", value=7).get_parameter_value()
    wide = ParameterDescriptor(type=kind, integer_range=limits)
    assert node.set_descriptor("n", wide, other).integer_value == 4
    limits = [IntegerRange(from_value=6, to_value=10)]
    narrow = ParameterDescriptor(type=kind, integer_range=limits)
    with pytest.raises(InvalidParameterValueException):
        node.set_descriptor("n", narrow)
    assert node.set_descriptor("n", narrow, other).integer_value == 7
    assert node.get_parameter("n").value == 7


def test_parameters_are_listed_to_a_depth(node):
    node.declare_parameters("", [("flat", 1), ("arm.speed", 1.0), ("arm.joint.limit", 2.0)])
    assert {"flat", "arm.speed", "arm.joint.limit"} <= set(node.list_parameters([], 0).names)
    shallow = node.list_parameters([], 1).names
    assert "flat" in shallow and "arm.speed" not in shallow
    below = node.list_parameters(["arm"], 1)
    assert (list(below.names), list(below.prefixes)) == (["arm.speed"], ["arm"])
