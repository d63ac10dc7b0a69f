"""The base of all events."""


class Event:
    """Something that happened; event handlers wait for events of a type."""

    name = "launch.Event"
