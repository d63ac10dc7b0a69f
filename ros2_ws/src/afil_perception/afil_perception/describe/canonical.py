"""One phrase for one thing: what models write, as detectors and trackers can use it.

The published pipeline tracks "vehicle" and "vehicles", "traffic light" and "traffic signal" as
different things, and each of these costs a new question.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from afil_core.schema import Schema, parse
from afil_perception.describe.describer import Phrase

_ARTICLES = frozenset(("a", "an", "the", "some", "several", "many", "this", "that", "these"))
_ROBOT = re.compile(
    r"^(robot|robotic|gripper|end[- ]effector|ego)\b"
    r"|\b(gripper|end[- ]effector|(robot|robotic|mechanical) arm)$"
)
_MOST_WORDS = 6
# What begins to say where a thing is.
_WHERE = frozenset(
    (
        "above", "are", "at", "behind", "below", "beside", "between", "from", "in", "inside", "is",
        "located", "lying", "near", "next", "on", "over", "placed", "sitting", "standing", "to",
        "under", "which", "with",
    )
)  # fmt: skip
_SAME_SPELLING = 0.84
# Their singular ends so, or they have none.
_SINGULAR_IN_S = (
    "ss", "us", "is", "lens", "canvas", "scissors", "glasses", "pliers", "tongs", "tweezers",
    "jeans", "pants", "shorts", "trousers", "clothes", "series",
)  # fmt: skip
_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "knives": "knife",
    "leaves": "leaf",
    "loaves": "loaf",
    "shelves": "shelf",
    "mice": "mouse",
    "feet": "foot",
    "scarves": "scarf",
    "shoes": "shoe",
    "toes": "toe",
    "cookies": "cookie",
    "brownies": "brownie",
    "smoothies": "smoothie",
    "hoodies": "hoodie",
    "lenses": "lens",
    "buses": "bus",
    "boxes": "box",
    "brushes": "brush",
    "dishes": "dish",
    "torches": "torch",
}


class Synonyms(Schema):
    """The file of synonyms.

    Attributes:
        words: By word or words, those that are used instead.
    """

    words: dict[str, str]


@cache
def _synonyms() -> dict[str, str]:
    name = "synonyms.yaml"
    text = files("afil_perception.describe").joinpath(name).read_text(encoding="utf-8")
    return parse(Synonyms, text, name).words


def canonical(text: str, spellings: Iterable[str] = ()) -> tuple[str, bool]:
    """A phrase as it is looked for, and whether it was plural; empty for one that names nothing.

    Lower case, without articles, accents, punctuation (which separates phrases for some
    detectors) and underscores, the noun singular, one word for one thing.

    Args:
        text: As a model wrote it.
        spellings: Words whose spelling is right, such as those of the instruction.
    """
    words = [
        word
        for word in re.sub(r"[^a-z0-9'-]+", " ", plain(text)).split()
        if word not in _ARTICLES and word.strip("'-")
    ]
    if not words:
        return "", False
    right = list(spellings)
    words = [_respelled(word, right) for word in _short(words)]
    last = words[-1]
    words[-1] = singular(last)
    phrase = " ".join(words)
    for known, preferred in _synonyms().items():
        phrase = re.sub(rf"\b{re.escape(known)}\b", preferred, phrase)
    return phrase, words[-1] != last


def _short(words: list[str]) -> list[str]:
    """The words that name the thing, where there are too many."""
    if len(words) > _MOST_WORDS:
        where = next((k for k, word in enumerate(words) if k and word in _WHERE), len(words))
        words = words[:where]
    return words[-_MOST_WORDS:]


def plain(text: str) -> str:
    """A text in lower case and without accents, as detectors read it."""
    letters = unicodedata.normalize("NFKD", text.casefold()).replace("\u2019", "'")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def singular(noun: str) -> str:
    """The singular of a noun, as far as a few rules know it."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    if not noun.endswith("s") or noun.endswith(_SINGULAR_IN_S) or len(noun) < 4:
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        return noun[:-2]
    return noun[:-1]


def canonical_phrases(phrases: Sequence[Phrase], instruction: str) -> tuple[Phrase, ...]:
    """The phrases in canonical form, each thing once, and the robot not among them.

    Args:
        phrases: As a model named them; of two that mean the same the first stays.
        instruction: Its words are spelled right.
    """
    spellings = re.findall(r"[a-z]{4,}", instruction.lower())
    found: dict[str, Phrase] = {}
    for phrase in phrases:
        text, several = canonical(phrase.text, spellings)
        if not text or is_robot(text):
            continue
        same = difflib.get_close_matches(text, found, n=1, cutoff=0.93)
        key = same[0] if same and _same_words(same[0], text) else text
        before = found.get(key)
        plural = phrase.plural or several or (before is not None)
        found[key] = (before or phrase).model_copy(update={"text": key, "plural": plural})
    return tuple(found.values())


def is_robot(phrase: str) -> bool:
    """Whether a canonical phrase names the robot, which is not looked for."""
    return _ROBOT.search(phrase) is not None


def _same_words(one: str, other: str) -> bool:
    """Whether two phrases differ by a slip of spelling: not "left door" and "lift door"."""
    return len(one.split()) == len(other.split()) and sorted(one) == sorted(other)


def _respelled(word: str, right: Sequence[str]) -> str:
    if word in right or singular(word) in right or len(word) < 5:
        return word
    near = difflib.get_close_matches(word, right, n=1, cutoff=_SAME_SPELLING)
    return near[0] if near and _is_slip(word, near[0]) else word


def _is_slip(word: str, right: str) -> bool:
    """Whether a letter was doubled or not, or two changed places: a tablet is no table."""
    return sorted(word) == sorted(right) or _undoubled(word) == _undoubled(right)


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)
