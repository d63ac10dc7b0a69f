"""The filter without a model: what the instruction acts on comes first, one object per noun."""

from __future__ import annotations

from afil_perception.interfaces import FilterRequest

# A kept object stays kept unless another one is clearly the better candidate.
_LOYALTY = 0.15


class InstructionFilter:
    """Ranks by role in the instruction, then by score; a singular phrase keeps one object."""

    def keep(self, request: FilterRequest) -> list[int]:
        """Track ids, targets before references, better scores first."""
        rank = {q.phrase: i for i, q in enumerate(request.description.objects)}
        plural = {q.phrase for q in request.description.objects if q.plural}

        def order(index: int) -> tuple[int, float]:
            candidate = request.candidates[index]
            loyal = _LOYALTY if candidate.track_id in request.kept_before else 0.0
            return rank.get(candidate.label, len(rank)), -(candidate.score + loyal)

        kept: list[int] = []
        named: set[str] = set()
        for index in sorted(range(len(request.candidates)), key=order):
            candidate = request.candidates[index]
            if candidate.label in plural or candidate.label not in named:
                kept.append(candidate.track_id)
                named.add(candidate.label)
        return kept
