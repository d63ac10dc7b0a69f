"""The error of a substitution."""


class SubstitutionFailure(RuntimeError):  # noqa: N818 - ROS's name
    """A substitution cannot give its text."""
