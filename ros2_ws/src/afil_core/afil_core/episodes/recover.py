"""Saving what can be read of an episode whose recording was cut off or whose bag is damaged."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from mcap.exceptions import McapError
from mcap.records import Channel, Message, Schema
from mcap.stream_reader import StreamReader

from afil_core.bags import bag_info
from afil_core.contract import parse_contract
from afil_core.episodes.draft import Draft, read_draft
from afil_core.episodes.metadata import EPISODE_FILE, read_metadata
from afil_core.episodes.writer import CONTRACT_KEY, PARTIAL_FOLDER, EpisodeWriter
from afil_core.errors import AfilError

_LOG = logging.getLogger(__name__)
# What a file that ends in the middle of a record, or has foreign bytes, makes the library raise.
_CUT = (McapError, EOFError, ValueError, KeyError, struct.error, zlib.error, OverflowError)


def recover_episode(folder: Path, dataset: Path | None = None) -> tuple[Path, int]:
    """Save what can be read of a damaged episode as a new one; the damaged one stays.

    Args:
        folder: Folder of the bag, in a dataset or in its ``.partial``.
        dataset: Where the new episode goes; the dataset that the folder is in by default.

    Returns:
        Folder of the new episode, and the number of messages that it has.

    Raises:
        AfilError: When nothing says what was recorded, or too little can be read.
    """
    if not folder.is_dir():
        raise AfilError(f"bag {folder} does not exist; give the folder of an episode")
    draft = _draft(folder)
    contract = parse_contract(draft.contract, str(folder))
    home = folder.resolve().parent
    if dataset is None:
        dataset = home.parent if home.name == PARTIAL_FOLDER else home
    notes = {**draft.notes, "recovered_from": folder.name}
    writer = EpisodeWriter(
        dataset,
        contract,
        draft.instruction,
        operator=draft.operator,
        seed=draft.seed,
        notes=notes,
    )
    count = 0
    try:
        extra = contract.extra_topics()
        for topic, msgtype, cdr, log_time_ns in _messages(folder):
            if topic in extra and not writer.has_topic(topic):
                writer.add_topic(topic, msgtype, extra[topic][1])
            if writer.has_topic(topic):
                writer.write(topic, cdr, log_time_ns)
                count += 1
        return writer.save(None), count
    except BaseException:
        writer.discard()
        raise


def _draft(folder: Path) -> Draft:
    found = read_draft(folder)
    if found is not None:
        return found
    if not (folder / EPISODE_FILE).is_file():
        raise AfilError(
            f"{folder} has neither recording.yaml nor {EPISODE_FILE}: nothing says with which "
            f"contract it was recorded, so it can't be saved as an episode"
        )
    metadata = read_metadata(folder)
    try:
        text = bag_info(folder).custom_data[CONTRACT_KEY]
    except (AfilError, KeyError) as error:
        raise AfilError(
            f"{folder} has no contract in its metadata.yaml; copy metadata.yaml from another "
            f"episode of the dataset, then recover it again"
        ) from error
    return Draft(
        contract=text,
        instruction=metadata.instruction,
        operator=metadata.operator,
        seed=metadata.seed,
        notes=metadata.notes,
    )


def _messages(folder: Path) -> Iterator[tuple[str, str, bytes, int]]:
    files = sorted(folder.glob("*.mcap"))
    if not files:
        raise AfilError(f"{folder} has no .mcap file, so there is nothing to recover")
    for path in files:
        types: dict[int, str] = {}
        channels: dict[int, tuple[str, str]] = {}
        try:
            with path.open("rb") as file:
                for record in StreamReader(file).records:
                    if isinstance(record, Schema):
                        types[record.id] = record.name
                    elif isinstance(record, Channel):
                        channels[record.id] = (record.topic, types[record.schema_id])
                    elif isinstance(record, Message):
                        topic, msgtype = channels[record.channel_id]
                        yield topic, msgtype, record.data, record.log_time
        except _CUT as error:
            _LOG.warning("%s ends early (%s)", path, error or type(error).__name__)
