"""A message as plain unaccented words, abbreviations written out: what patterns for intents are matched against."""

from functools import cache
from typing import Final

from knowledge.query import Vocabulary
from knowledge.vietnamese import strip_accents, syllables

LONGEST: Final = 600  # characters; a longer message tells a story, and no pattern is to guess what it asks
_AMBIGUOUS: Final = frozenset({"da"})  # "đã" far more often than "dự án"


@cache
def _written_out() -> dict[str, str]:
    vocabulary = Vocabulary.load()
    pairs = {**{k: v[0] for k, v in vocabulary.abbreviations.items()}, **vocabulary.phone}
    return {k: v for k, v in pairs.items() if k not in _AMBIGUOUS}


def plainly(text: str) -> str:
    """`text` unaccented, in lower case, one space between words, "CCN", "ubnd", "ntn" written out."""
    written = _written_out()
    return strip_accents(" ".join(written.get(word, word) for word in syllables(text)))
