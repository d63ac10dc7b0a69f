"""Hidden names."""

HIDDEN_TOPIC_PREFIX = "_"


def topic_or_service_is_hidden(name: str) -> bool:
    """Whether any part of a name starts with an underscore."""
    return any(token.startswith(HIDDEN_TOPIC_PREFIX) for token in name.split("/") if token)
