"""Visiting a tree of entities."""

import asyncio
from typing import Any

from ..launch_context import LaunchContext
from ..launch_description_entity import LaunchDescriptionEntity


def create_future(loop: asyncio.AbstractEventLoop | None = None) -> "asyncio.Future[Any]":
    """Return a new future of the loop, by default of the current one."""
    if loop is None:
        loop = asyncio.get_event_loop()
    return loop.create_future()


def visit_all_entities_and_collect_futures(
    entity: LaunchDescriptionEntity, context: LaunchContext
) -> list[tuple[LaunchDescriptionEntity, "asyncio.Future[None]"]]:
    """Visit an entity and, depth first, all it returns; collect what takes time."""
    context.extend_locals({"current_entity": entity})
    sub_entities = entity.visit(context)
    pairs = []
    future = entity.get_asyncio_future()
    if future is not None:
        pairs.append((entity, future))
    if sub_entities is not None:
        for sub_entity in sub_entities:
            pairs += visit_all_entities_and_collect_futures(sub_entity, context)
    return pairs
