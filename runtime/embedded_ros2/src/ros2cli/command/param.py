"""``ros2 param``: parameters of nodes."""

from ..param import verbs
from ..verbs import Verb

VERBS = {
    "delete": Verb("Delete parameter", verbs.add_delete_arguments, verbs.delete),
    "describe": Verb(
        "Show descriptive information about declared parameters",
        verbs.add_describe_arguments,
        verbs.describe,
    ),
    "dump": Verb(
        "Show all of the parameters of a node in a YAML file format",
        verbs.add_dump_arguments,
        verbs.dump,
    ),
    "get": Verb("Get parameter", verbs.add_get_arguments, verbs.get),
    "list": Verb(
        "Output a list of available parameters", verbs.add_list_arguments, verbs.list_parameters
    ),
    "load": Verb("Load parameter file for a node", verbs.add_load_arguments, verbs.load),
    "set": Verb("Set parameter", verbs.add_set_arguments, verbs.set_parameter),
}
