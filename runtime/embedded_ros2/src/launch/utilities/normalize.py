"""Bringing what users write into one form."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity
from ..substitution import Substitution


def normalize_to_list_of_substitutions(subs: Any) -> list[Substitution]:
    """Return substitutions; texts become TextSubstitution.

    Raises:
        TypeError: something is neither text nor path nor substitution.
    """
    from ..substitutions.text_substitution import TextSubstitution

    def one(part: Any) -> Substitution:
        if isinstance(part, str):
            return TextSubstitution(text=part)
        if isinstance(part, Path):
            return TextSubstitution(text=str(part))
        if isinstance(part, Substitution):
            return part
        raise TypeError(
            "Failed to normalize given item of type "
            f"'{type(part)}', when only 'str' or 'launch.Substitution' were expected."
        )

    if isinstance(subs, (str, Path, Substitution)):
        return [one(subs)]
    if isinstance(subs, Iterable):
        return [one(part) for part in subs]
    raise TypeError(
        f"Invalid type '{type(subs)}' in argument: a text, a substitution or a list of them "
        "was expected."
    )


def normalize_to_list_of_entities(entities: Any) -> list[LaunchDescriptionEntity]:
    """Return entities; nested lists are flattened.

    Raises:
        TypeError: something is not an entity.
    """
    flat: list[LaunchDescriptionEntity] = []
    if isinstance(entities, LaunchDescriptionEntity):
        return [entities]
    for entity in entities:
        if isinstance(entity, LaunchDescriptionEntity):
            flat.append(entity)
        elif isinstance(entity, Iterable) and not isinstance(entity, (str, bytes)):
            flat += normalize_to_list_of_entities(entity)
        else:
            raise TypeError(f"expected a launch entity, got '{entity!r}'")
    return flat


def perform_substitutions(context: LaunchContext, subs: Iterable[Substitution]) -> str:
    """Return the texts of substitutions, joined."""
    return "".join(context.perform_substitution(sub) for sub in subs)
