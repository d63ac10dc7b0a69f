"""A type check that says which argument of what is wrong."""

from typing import Any


def ensure_argument_type(
    argument: Any, types: Any, argument_name: str, caller: str | None = None
) -> None:
    """Raise TypeError unless the argument is an instance, or subclass, of one of the types."""
    wanted = types if isinstance(types, (list, tuple)) else (types,)
    if any(isinstance(argument, kind) for kind in wanted):
        return
    if isinstance(argument, type) and any(issubclass(argument, kind) for kind in wanted):
        return
    names = ", ".join(f"'{getattr(kind, '__name__', kind)}'" for kind in wanted)
    where = "" if caller is None else f" for {caller}"
    raise TypeError(
        f"Expected '{argument_name}'{where} to be one of [{names}], "
        f"but got '{argument!r}' of type '{type(argument)}'"
    )
