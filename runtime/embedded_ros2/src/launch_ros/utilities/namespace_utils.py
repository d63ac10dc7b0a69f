"""Joining namespaces."""


def is_root_namespace(ns: str | None) -> bool:
    """Return whether a namespace is ``/``."""
    return ns == "/"


def is_namespace_absolute(ns: str | None) -> bool:
    """Return whether a namespace begins with a slash."""
    return ns is not None and ns.startswith("/")


def prefix_namespace(base_ns: str | None, ns: str | None) -> str | None:
    """Return a namespace below another, unless it is absolute."""
    if ns is None or ns == "":
        return base_ns
    if is_namespace_absolute(ns) or not base_ns:
        return ns if is_root_namespace(ns) else ns.rstrip("/")
    return f"{base_ns.rstrip('/')}/{ns.strip('/')}"


def make_namespace_absolute(ns: str | None) -> str | None:
    """Return a namespace with a slash in front."""
    if ns is None or is_namespace_absolute(ns):
        return ns
    return "/" + ns
