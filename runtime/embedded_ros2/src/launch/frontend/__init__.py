"""XML and YAML launch files: the embedded runtime has none of it."""

from embedded_ros2.missing import refuse

__getattr__ = refuse(
    __name__,
    (
        "Entity",
        "InvalidFrontendLaunchFileError",
        "Parser",
        "expose_action",
        "expose_substitution",
        "parse_substitution",
    ),
)
