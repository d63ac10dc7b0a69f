"""When the filter is asked: at each change of the visible set (method of the paper, stage D)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from afil_core.saliency import KeyObject
from afil_perception.clips.clip import Clip
from afil_perception.clips.scene import Scene
from afil_perception.describe.describer import Description
from afil_perception.filter.decision import Decision, Judged
from afil_perception.filter.object_filter import Choice, FilterRequest, ObjectFilter

Visible = tuple[frozenset[int], frozenset[str]]
Look = Callable[[Sequence[str]], Sequence[KeyObject]]


@dataclass(frozen=True)
class Context:
    """What a filter may know of the moment besides the image.

    Attributes:
        scene: Whether something is driven or handled.
        doing: What the demonstrator does at a stamp (ns), in words.
    """

    scene: Scene = "manipulation"
    doing: Callable[[int], str] = lambda _: ""


class SegmentFilter:
    """Asks a filter on the first frame of a segment and keeps its choice until the next.

    A segment ends where the set of ids or of phrases changes; motion alone ends none. Frames
    without objects ask nothing and keep nothing. How often is asked at most, and how long an
    answer holds, the filter says.

    Args:
        backend: Who chooses.
        description: Intent and objects of the episode.
        clip: The frames.
        context: What else is known of each moment.
    """

    def __init__(
        self,
        backend: ObjectFilter,
        description: Description,
        clip: Clip,
        context: Context | None = None,
    ) -> None:
        self._backend = backend
        self._description = description
        self._clip = clip
        self._context = context or Context()
        self._decided_for: Visible | None = None
        self._asked_ns: int | None = None
        self._answers: dict[Visible, tuple[int, frozenset[int]]] = {}
        self._kept: frozenset[int] = frozenset()
        self._searches = 0
        self.segments = 0

    def update(
        self,
        index: int,
        stamp_ns: int,
        objects: Sequence[KeyObject],
        look: Look | None = None,
    ) -> tuple[tuple[KeyObject, ...], Decision | None]:
        """The objects of the next frame that matter.

        Args:
            index: The frame's place in the clip.
            stamp_ns: Its stamp.
            objects: All that were found in it.
            look: Looks for further phrases from this frame on, and says what of them is in it.

        Returns:
            The objects, and what was decided where the filter was asked.
        """
        decision = None
        if objects and self._is_due(stamp_ns, _visible(objects)):
            objects, decision = self._ask(index, stamp_ns, tuple(objects), look)
        return tuple(o for o in objects if o.id in self._kept), decision

    def _is_due(self, stamp_ns: int, visible: Visible) -> bool:
        backend = self._backend
        since_s = 0.0 if self._asked_ns is None else (stamp_ns - self._asked_ns) / 1e9
        if self._asked_ns is None or (backend.every_s is not None and since_s >= backend.every_s):
            return True
        if visible == self._decided_for:
            return False
        before = self._answers.get(visible)
        if before is not None and (stamp_ns - before[0]) / 1e9 < backend.reuse_s:
            self._decided_for, self._kept = visible, before[1]
            return False
        is_gone = bool(self._kept) and not self._kept & visible[0]
        return since_s >= backend.min_interval_s or is_gone

    def _ask(
        self, index: int, stamp_ns: int, candidates: tuple[KeyObject, ...], look: Look | None
    ) -> tuple[tuple[KeyObject, ...], Decision]:
        doing = self._context.doing(stamp_ns)
        choice = self._choice(index, candidates, doing)
        missing = choice.missing
        found: tuple[str, ...] = ()
        if missing and look is not None and self._searches < self._backend.max_searches:
            self._searches += 1
            added = tuple(look(missing))
            if added:
                found = tuple(dict.fromkeys(o.phrase for o in added))
                candidates = (*candidates, *added)
                choice = self._choice(index, candidates, doing)
        visible = _visible(candidates)
        known = [i for i in choice.ids if i in visible[0]]
        self._kept = frozenset(known[: self._backend.max_objects])
        self._asked_ns, self._decided_for = stamp_ns, visible
        self._answers[visible] = (stamp_ns, self._kept)
        judged = tuple(
            Judged(o.id, o.phrase, o.score, o.box, o.id in self._kept, choice.why.get(o.id, ""))
            for o in candidates
        )
        return candidates, Decision(doing, judged, missing, found, choice.note)

    def _choice(self, index: int, candidates: tuple[KeyObject, ...], doing: str) -> Choice:
        self.segments += 1
        return self._backend.keep(
            FilterRequest(
                clip=self._clip,
                index=index,
                description=self._description,
                candidates=candidates,
                kept_before=self._kept,
                scene=self._context.scene,
                doing=doing,
            )
        )


def _visible(objects: Sequence[KeyObject]) -> Visible:
    return frozenset(o.id for o in objects), frozenset(o.phrase for o in objects)
