"""Saving what there is of an episode that was cut off, or of a damaged bag."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from afil_core.bags import BagWriter, bag_info
from afil_core.bags.salvage import bag_files, salvage
from afil_core.contract import Contract, parse_contract
from afil_core.episodes.draft import DRAFT_FILE, Draft, read_draft
from afil_core.episodes.folders import (
    PARTIAL_FOLDER,
    SET_ASIDE_FOLDER,
    FolderLock,
    free_names,
)
from afil_core.episodes.metadata import EPISODE_FILE, read_metadata
from afil_core.episodes.writer import CONTRACT_KEY, EpisodeWriter
from afil_core.errors import AfilError
from afil_core.storage import move_in, write_text
from afil_core.topics import Qos

_LOG = logging.getLogger(__name__)
INTERRUPTED = "its recording was interrupted before it was saved"


@dataclass(frozen=True)
class Recovered:
    """Something that was recovered.

    Attributes:
        path: Where it is now.
        messages: How many messages it has.
    """

    path: Path
    messages: int


def recover_interrupted(dataset: Path) -> list[Recovered]:
    """Set aside, readable and marked, what earlier recorders of a dataset did not save.

    An episode that was ended but for its move goes where it was to go. One that another recorder
    has open is left alone, and so is one of which nobody can tell; one that cannot be recovered
    stays where it is, and the log says why.

    Args:
        dataset: Folder of the dataset; may be absent.
    """
    found = []
    partial = dataset / PARTIAL_FOLDER
    for folder in sorted(partial.iterdir()) if partial.is_dir() else ():
        try:
            if not _is_left(folder):
                _LOG.warning(
                    "%s was not saved, and its file system does not tell whether a recorder has "
                    "it open; if none has, run: ros2 run afil_core recover_bag %s",
                    folder,
                    folder,
                )
                continue
            recovered = _finish(folder, [INTERRUPTED])
        except BlockingIOError:
            continue
        except (AfilError, OSError) as error:
            _LOG.warning("%s could not be recovered: %s", folder, error)
            continue
        if recovered is not None:
            found.append(recovered)
    return found


def recover_episode(
    folder: Path, dataset: Path | None = None, draft: Draft | None = None
) -> Recovered:
    """Save what can be read of a damaged episode as one of the dataset.

    One that lies unsaved in ``.partial`` is finished where it is and moved; of any other, what
    can be read is copied to a new one, and the damaged one stays.

    Args:
        folder: Folder of the bag, or one of its files.
        dataset: Where a copy goes; the dataset that the folder is in by default.
        draft: What is known of a bag that says nothing of itself.

    Raises:
        AfilError: When nothing says what was recorded, or too little can be read.
    """
    home = folder.resolve().parent
    if home.name == PARTIAL_FOLDER and dataset is None:
        try:
            finished = _finish(folder, [])
        except BlockingIOError as error:
            raise AfilError(f"{folder} is being recorded; let its recorder end first") from error
        if finished is not None:
            return finished
    if not folder.is_dir():
        bag_files(folder)
    draft = draft or _draft(folder)
    bag_files(folder)
    contract = parse_contract(draft.contract, str(folder))
    if dataset is None:
        dataset = home.parent if home.name == PARTIAL_FOLDER else home
    writer = EpisodeWriter(
        dataset,
        contract,
        draft.instruction,
        operator=draft.operator,
        seed=draft.seed,
        notes={**draft.notes, "recovered_from": folder.name},
        packed=True,
    )
    return _copy(folder, contract, writer)


def recover_bag(place: Path, target: Path | None = None) -> Recovered:
    """Write what can be read of any damaged bag to a new one.

    Args:
        place: Folder of the bag, or one of its files.
        target: Folder of the new one; beside the old one by default.

    Raises:
        AfilError: When nothing can be read, or the new one exists.
    """
    target = target or place.resolve().parent / f"{place.stem}_recovered"
    bag_files(place)
    bag = BagWriter(target)
    known: dict[str, str] = {}
    count = 0
    for topic, msgtype, cdr, log_time_ns in salvage(place):
        if known.setdefault(topic, msgtype) != msgtype:
            continue
        if not bag.has_topic(topic):
            bag.add_topic(topic, msgtype, Qos())
        bag.write(topic, cdr, log_time_ns)
        count += 1
    bag.close()
    if not count:
        shutil.rmtree(target)
        raise AfilError(f"nothing can be read of {place}")
    return Recovered(target, count)


def _is_left(folder: Path) -> bool:
    """Whether no process has a folder, as far as its file system can tell.

    Raises:
        BlockingIOError: When one has it.
    """
    lock = FolderLock(folder)
    lock.release()
    return lock.is_seen


def _finish(folder: Path, set_aside: list[str]) -> Recovered | None:
    """Finish an unsaved episode where it is; None where nothing says that it is one.

    Raises:
        BlockingIOError: When another process has it.
    """
    if (folder / EPISODE_FILE).is_file():
        lock = FolderLock(folder)
        metadata = read_metadata(folder)
        (folder / DRAFT_FILE).unlink(missing_ok=True)
        dataset = folder.parent.parent
        home = dataset / (SET_ASIDE_FOLDER if metadata.set_aside else "")
        if (home / metadata.name).exists():
            metadata = metadata.model_copy(update={"name": next(free_names(dataset))})
            write_text(folder / EPISODE_FILE, metadata.to_yaml())
        target = home / metadata.name
        home.mkdir(exist_ok=True)
        move_in(folder, target)
        lock.release()
        return Recovered(target, sum(topic.count for topic in metadata.topics.values()))
    draft = read_draft(folder)
    if draft is None:
        return None
    writer = EpisodeWriter.interrupted(folder, draft)
    writer.notes["interrupted"] = "true"
    path = writer.save(None, [INTERRUPTED], set_aside=set_aside)
    return Recovered(path, sum(writer.ledger.counts.values()))


def _copy(folder: Path, contract: Contract, writer: EpisodeWriter) -> Recovered:
    count = 0
    try:
        extra = contract.extra_topics() | contract.commander_topics()
        for recorded, msgtype, cdr, log_time_ns in salvage(folder):
            topic = writer.own_name(recorded)
            if topic in extra and not writer.has_topic(topic):
                writer.add_topic(topic, msgtype, extra[topic][1])
            if writer.has_topic(topic):
                writer.write(topic, cdr, log_time_ns)
                count += 1
        return Recovered(writer.save(None), count)
    except BaseException:
        writer.discard()
        raise


def _draft(folder: Path) -> Draft:
    found = read_draft(folder)
    if found is not None:
        return found
    if not (folder / EPISODE_FILE).is_file():
        raise AfilError(
            f"{folder} has neither {DRAFT_FILE} nor {EPISODE_FILE}: nothing says with which "
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
