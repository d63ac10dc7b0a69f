"""The error of a condition that is neither true nor false."""


class InvalidConditionExpressionError(Exception):
    """A text that should say true or false says something else."""
