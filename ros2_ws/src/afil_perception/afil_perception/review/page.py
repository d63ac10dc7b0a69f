"""The review page of a dataset: suspicious episodes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from afil_core.episodes import Episode
from afil_core.errors import AfilError
from afil_core.report import Figure, Heading, Note, Page, Paragraph, Part, Table
from afil_core.saliency import KeyObject, Provenance
from afil_perception.clips.clip import Frame
from afil_perception.clips.episode import EpisodeClip
from afil_perception.clips.scene import scene_of
from afil_perception.pipeline.corrections import CORRECTIONS_FILE
from afil_perception.pipeline.dataset import dataset_of, find_episodes
from afil_perception.pipeline.decisions import Decided, read_decisions, read_description
from afil_perception.pipeline.failures import failure_of
from afil_perception.review.measures import StreamMeasures, measure
from afil_perception.review.pictures import Shot, contact_sheet, jpeg

PAGE_FILE = "review.html"
_SHOTS = 6
_WORST = 2
_MOST_DECISIONS = 12
_FAILED = 1000.0

_HOW = (
    "Suspicious episodes come first. What is wrong is corrected in {file}, a line each; then run "
    "perceive again: only the episodes named there are made anew, and nothing is detected or "
    "asked again. The number before a phrase is the object's id."
)
_EXAMPLE = """\
# Corrections of what perception found; `ros2 run afil_perception perceive` puts them into effect.
# Ids are the numbers in review.html. frames: [first, last] limits a correction; stream: names the
# camera where there are several.
corrections: []
# - {episode: episode_000003, drop: 7}
# - {episode: episode_000003, keep: 4}
# - {episode: episode_000003, rename: 5, to: red mug}
# - {episode: episode_000003, add: pot lid, box: [110, 40, 170, 90], frames: [0, 120]}
"""


@dataclass
class EpisodeReview:
    """What there is to say of an episode.

    Attributes:
        episode: The episode.
        provenance: How its sidecar was made; None where it has none.
        measures: Of each image stream.
        problems: Why it can't be reviewed, or what failed.
    """

    episode: Episode
    provenance: Provenance | None = None
    measures: list[StreamMeasures] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> list[tuple[float, str]]:
        """What is suspicious, with weights, the heaviest first."""
        found = [(_FAILED, problem) for problem in self.problems]
        found += [reason for stream in self.measures for reason in stream.reasons()]
        return sorted(found, key=lambda reason: -reason[0])

    @property
    def suspicion(self) -> float:
        """How suspicious it is."""
        return sum(weight for weight, _ in self.reasons)


def review_dataset(
    path: Path, most: int, advance: Callable[[str], None] = lambda _: None
) -> tuple[Page, list[EpisodeReview]]:
    """Make the page.

    Args:
        path: Folder of the dataset.
        most: Episodes that are shown with pictures, the most suspicious ones.
        advance: Called with the name of each episode that was looked at.

    Raises:
        AfilError: When there is no dataset.
    """
    episodes, foreign = find_episodes(path)
    dataset = dataset_of(path)
    reviews = []
    for episode in episodes:
        reviews.append(review_episode(episode, dataset))
        advance(episode.path.name)
    reviews.sort(key=lambda review: -review.suspicion)
    parts: list[Part] = [Paragraph(_HOW.format(file=f"{dataset.name}/{CORRECTIONS_FILE}"))]
    made = sorted({r.provenance.sentence() for r in reviews if r.provenance is not None})
    parts += [Paragraph(sentence) for sentence in made]
    if foreign:
        parts.append(Note(foreign))
    parts.append(_overview(reviews))
    for review in reviews[:most]:
        parts += episode_parts(review)
    if len(reviews) > most:
        parts.append(Paragraph(f"{len(reviews) - most} less suspicious episodes are not shown."))
    return Page(f"Review of {dataset.name}", parts), reviews


def review_episode(episode: Episode, dataset: Path) -> EpisodeReview:
    """Measure an episode."""
    review = EpisodeReview(episode)
    failure = failure_of(dataset, episode.path.name)
    if failure is not None:
        before = "; what is shown is of before" if episode.saliency_path.exists() else ""
        review.problems.append(f"failed: {failure.sentence}{before}")
    try:
        provenance = review.provenance = episode.sidecar.provenance
        scene = scene_of(episode.contract)
        review.measures = [
            measure(episode.sidecar, provenance, name, scene) for name in provenance.streams
        ]
    except (AfilError, ValueError) as error:
        review.problems.append(f"can't be shown: {error}")
    return review


def write_example(dataset: Path) -> None:
    """Put an empty file of corrections into a dataset that has none."""
    place = dataset / CORRECTIONS_FILE
    if not place.exists():
        place.write_text(_EXAMPLE, encoding="utf-8")


def episode_parts(review: EpisodeReview) -> list[Part]:
    """What the page says of an episode."""
    name = review.episode.path.name
    parts: list[Part] = [Heading(name)]
    if review.reasons:
        parts.append(Note([reason for _, reason in review.reasons]))
    if review.provenance is None:
        return parts
    try:
        parts += _described(review.episode, review.provenance)
        decided = read_decisions(review.episode.saliency_path)
        for measures in review.measures:
            topic = review.provenance.streams[measures.name].topic
            shots = _shots(review.episode, measures, topic)
            if shots:
                caption = f"{name}, {measures.name}: boxes and masks above, maps below"
                parts.append(Figure(jpeg(contact_sheet(shots)), caption, "image/jpeg"))
            parts += _decisions([d for d in decided if d.topic == topic])
    except AfilError as error:
        parts.append(Note([str(error)]))
    return parts


def _overview(reviews: Sequence[EpisodeReview]) -> Table:
    header = (
        "episode",
        "stream",
        "frames",
        "empty",
        "lost, jumps, switches",
        "flicker",
        "outside",
    )
    rows = []
    for review in reviews:
        name = review.episode.path.name
        mark = f"! {name}" if review.reasons else name
        rows += [
            (
                mark,
                m.name,
                str(m.frames),
                f"{m.empty / max(m.frames, 1):.0%}",
                str(sum(m.events.values())),
                str(m.flicker),
                f"{m.outside:.0%}",
            )
            for m in review.measures
        ]
        if not review.measures:
            rows.append((mark, "", "", "", "", "", ""))
    return Table(header, tuple(rows))


def _described(episode: Episode, provenance: Provenance) -> list[Part]:
    description = read_description(episode.saliency_path)
    rows = tuple(
        (o.text, o.role, o.relevance, o.state, o.description) for o in description.objects
    )
    said = f"Task: {provenance.instruction}. What was understood: {description.intent}"
    header = ("looked for", "role", "relevance", "state", "description")
    table = _without_empty_columns(Table(header, rows))
    problems = [Note(provenance.problems)] if provenance.problems else []
    return [Paragraph(said), table, *problems]


def _decisions(decided: Sequence[Decided]) -> list[Part]:
    rows = []
    for one in decided[:_MOST_DECISIONS]:
        decision = one.decision
        kept = [f"{j.id} {j.phrase}{_because(j.why)}" for j in decision.judged if j.kept]
        dropped = [f"{j.id} {j.phrase}{_because(j.why)}" for j in decision.judged if not j.kept]
        found = f"; found: {', '.join(decision.found)}" if decision.found else ""
        missing = f"{', '.join(decision.missing)}{found}" if decision.missing else ""
        seconds = (one.stamp_ns - decided[0].stamp_ns) / 1e9
        rows.append(
            (
                f"{one.index} ({seconds:.1f} s)",
                decision.doing,
                "; ".join(kept) or decision.note or "nothing",
                "; ".join(dropped),
                missing,
            )
        )
    if not rows:
        return []
    header = ("from frame", "the demonstrator is", "kept", "dropped", "missing")
    more = len(decided) - len(rows)
    rest = [Paragraph(f"{more} more decisions are in decisions.jsonl.")] if more > 0 else []
    return [_without_empty_columns(Table(header, tuple(rows))), *rest]


def _without_empty_columns(table: Table) -> Table:
    kept = [k for k in range(len(table.header)) if any(row[k] for row in table.rows)]
    rows = tuple(tuple(row[k] for k in kept) for row in table.rows)
    return Table(tuple(table.header[k] for k in kept), rows)


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _shots(episode: Episode, measures: StreamMeasures, topic: str) -> list[Shot]:
    clip = EpisodeClip(episode, measures.name, "")
    frames = {frame.stamp_ns: frame for frame in clip.sample(_SHOTS)}
    # The number of a frame in the sidecar is its place in the clip, as long as none was lost.
    for number in measures.worst[:: max(1, len(measures.worst) // _WORST)][:_WORST]:
        if not measures.lost:
            frame = clip.frame(number)
            frames[frame.stamp_ns] = frame
    return _with_results(episode, topic, frames)


def _with_results(episode: Episode, topic: str, frames: dict[int, Frame]) -> list[Shot]:
    objects: dict[int, Sequence[KeyObject]] = {
        stamp: found for stamp, found in episode.sidecar.key_objects(topic) if stamp in frames
    }
    maps = {stamp: found for stamp, found in episode.sidecar.maps(topic) if stamp in frames}
    return [
        Shot(f"frame {frames[stamp].index}", frames[stamp].rgb, objects[stamp], maps[stamp])
        for stamp in sorted(frames)
        if stamp in objects and stamp in maps
    ]
