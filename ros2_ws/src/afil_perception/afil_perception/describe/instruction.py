"""The describer without a model: the noun phrases of the task instruction are the objects."""

from __future__ import annotations

import re

from afil_core.errors import AfilError
from afil_core.schema import Schema
from afil_perception.describe.describer import (
    Describer,
    DescribeRequest,
    Description,
    Phrase,
    Role,
)
from afil_perception.vlm.vlm import Vlm


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DETERMINERS = _words(
    "the a an this that these those its your any every each all both some one two three"
)
_PLURAL_DETERMINERS = _words("these those every each all both some two three")
_PREPOSITIONS = _words(
    "about above across after against along around at away back before behind below beneath "
    "beside between by down for from in inside into near next of off on onto out outside over "
    "past through to toward towards under until up upon when while with within without"
)
_CONJUNCTIONS = _words("and but if or then so")
_PRONOUNS = _words("it them him her itself themselves there here")
_MANNER = _words(
    "ahead carefully fast forward forwards gently left please quickly right safely slowly "
    "straight again"
)
_VERBS = _words(
    "approach avoid bring carry close cross drive drop fetch follow get give go grab grasp hand "
    "hold keep lift look lower move open overtake park pass pick place position pour press pull "
    "push put raise reach release remove rotate set slide slow stack stay stop take tidy touch "
    "turn unstack wait wipe yield"
)
_SINGULAR_IN_S = ("ss", "us", "is")


class InstructionDescriber(Describer):
    """Noun phrases by the shape of an imperative sentence: verb, determiner, noun phrase.

    A noun phrase runs from a determiner (or from the verb, where there is no determiner) to the
    next preposition, conjunction or punctuation mark. Phrases after a preposition are
    references, the others targets; where there are only references, the first is the target
    (*stop at the stop sign*).
    """

    stand_in_for = "a vision-language model"
    asks = False

    class Config(Schema):
        """No options."""

    def __init__(self, config: Config, vlm: Vlm | None = None) -> None:
        del config, vlm

    def describe(self, request: DescribeRequest) -> Description:
        """Name the objects of the instruction; the frames are not looked at.

        Raises:
            AfilError: When the instruction names no object.
        """
        instruction = request.instruction
        found: dict[str, Phrase] = {}
        for clause in re.split(r"[^\w\s'-]+", instruction.lower()):
            for query in _clause_queries(clause.split()):
                found.setdefault(query.text, query)
        queries = list(found.values())
        if not queries:
            raise AfilError(
                f"the instruction '{instruction}' names no object to look for; write one such as "
                "'lift the carrot'"
            )
        if all(q.role == "reference" for q in queries):
            queries[0] = queries[0].model_copy(update={"role": "target"})
        queries.sort(key=lambda q: q.role != "target")
        return Description(intent=instruction.strip(), objects=tuple(queries))


def _clause_queries(words: list[str]) -> list[Phrase]:
    """The noun phrases of one clause, in their order."""
    queries: list[Phrase] = []
    chunk: list[str] = []
    role: Role = "target"
    start = True  # of a verb phrase: the first word is the verb
    for word in [*words, "and"]:
        if word not in _PREPOSITIONS and word not in _CONJUNCTIONS:
            chunk.append(word)
            continue
        query = _chunk_query(chunk, role, start)
        if query is not None:
            queries.append(query)
        if word in _PREPOSITIONS:
            # "pick up the carrot": a particle, not a relation
            role = "target" if start and query is None and word in ("up", "out") else "reference"
        else:
            role = "target"
        start = word in _CONJUNCTIONS
        chunk = []
    return queries


def _chunk_query(chunk: list[str], role: Role, may_start_with_verb: bool) -> Phrase | None:
    """The noun phrase of words between two separators, if there is one."""
    plural = False
    for i in reversed(range(len(chunk))):
        if chunk[i] in _DETERMINERS:
            plural = chunk[i] in _PLURAL_DETERMINERS
            chunk = chunk[i + 1 :]
            break
    else:
        if may_start_with_verb and chunk and chunk[0] in _VERBS:
            chunk = chunk[1:]
    words = [w for w in chunk if w not in _PRONOUNS and w not in _MANNER]
    words = [w.removesuffix("'s") for w in words]
    if not words or (len(words) == 1 and words[0] in _VERBS and may_start_with_verb):
        return None
    head = words[-1]
    plural = plural or (head.endswith("s") and not head.endswith(_SINGULAR_IN_S))
    return Phrase(text=" ".join(words), role=role, plural=plural)
