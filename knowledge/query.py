"""A question as typed -> the weighted words that are searched; words are added, never replaced."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml

from knowledge.spelling import Speller
from knowledge.vietnamese import clean, fold, strip_accents, syllables

WORDS: Final = Path(__file__).parent / "words.yaml"
MAX_SYLLABLES: Final = 160  # a longer message is read by its first and last part

_CAPITALS: Final = re.compile(r"(?<![\w/-])[A-ZĐ]{2,}(?![\w/-])")
_REPEATED: Final = re.compile(r"([a-zđà-ỹ])\1{2,}")
_OTHER_CLUSTERS: Final = frozenset(("công", "từ", "thiết", "máy", "làng", "dân", "chi", "lắp", "cn"))
_TELEX: Final = ((re.compile(r"\bdd(?=[aeiouy])"), "đ"),)


def grams(line: Sequence[str]) -> list[str]:
    """Syllables and pairs of neighbours ("cụm_công"): the tokens that are indexed and searched."""
    return [*line, *(f"{a}_{b}" for a, b in pairwise(line))]


def _whole_names(words: Sequence[str]) -> list[str]:
    """"lập cụm", "mở rộng cụm" mean a cụm công nghiệp here; "cụm từ", "cụm thiết bị", "cụm làng nghề" are themselves."""
    found: list[str] = []
    for at, word in enumerate(words):
        found.append(word)
        if word == "cụm" and (at + 1 == len(words) or words[at + 1] not in _OTHER_CLUSTERS):
            found += ["công", "nghiệp"]
    return found


@dataclass(frozen=True)
class Vocabulary:
    """Abbreviations, phone spelling, synonyms and empty words, read from words.yaml."""

    abbreviations: Mapping[str, tuple[str, ...]]
    phone: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]]
    empty: frozenset[str]
    empty_phrases: tuple[str, ...]

    @classmethod
    def load(cls, path: Path = WORDS) -> "Vocabulary":
        """Read the word lists; keys are folded."""
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(
            abbreviations={fold(str(k)): tuple(fold(w) for w in v) for k, v in raw["abbreviations"].items()},
            phone={fold(str(k)): fold(str(v)) for k, v in raw["phone"].items()},
            synonyms={fold(str(k)): tuple(fold(w) for w in v) for k, v in raw["synonyms"].items()},
            empty=frozenset(fold(raw["empty"]).split()),
            empty_phrases=tuple(sorted((p.strip() for p in fold(raw["empty_phrases"]).split(",")), key=lambda p: -len(p.split()))),
        )

    def written(self, text: str) -> str:
        """`text` with abbreviations in capitals written out: "CCN cần gì" -> "cụm công nghiệp cần gì"."""
        return _CAPITALS.sub(lambda m: self.abbreviations.get(fold(m[0]), (m[0],))[0], text)


@dataclass(frozen=True)
class Query:
    """What is searched. `weights` maps tokens (syllables, pairs) to weights, `bare` the same unaccented.

    `restored` is the question with accents restored and abbreviations written out; `sentence` is what
    is embedded; `content` are the unaccented syllables that carry meaning; `asked` the text as it came.
    """

    asked: str
    typed: tuple[str, ...]
    restored: tuple[str, ...]
    weights: Mapping[str, float]
    bare: Mapping[str, float]
    sentence: str
    content: tuple[str, ...]


class Reader:
    """Turns typed text into a `Query`."""

    def __init__(self, speller: Speller, vocabulary: Vocabulary) -> None:
        self.speller, self.vocabulary = speller, vocabulary
        self._phrases = sorted(vocabulary.synonyms, key=lambda p: -len(p.split()))

    def read(self, text: str) -> Query:
        """Return the query for `text`; any text is accepted, an empty one gives an empty query."""
        folded = _REPEATED.sub(r"\1", fold(clean(text)[:20_000]))
        for pattern, letter in _TELEX:
            folded = pattern.sub(letter, folded)
        typed = syllables(folded)
        if len(typed) > MAX_SYLLABLES:
            typed = typed[: MAX_SYLLABLES // 2] + typed[-MAX_SYLLABLES // 2 :]
        written, extra = self._write_out(typed)
        restored = _whole_names(self.speller.restore(written))
        weights: dict[str, float] = {}
        for token in grams(restored):
            weights[token] = weights.get(token, 0.0) + 1.0
        for word in typed:
            weights.setdefault(word, 0.4)
        for phrase in extra:
            for token in grams(syllables(phrase)):
                weights.setdefault(token, 0.5)
        line = f" {' '.join(restored)} "
        added: list[str] = []
        for phrase in self._phrases:
            if f" {phrase} " in line:
                for more in self.vocabulary.synonyms[phrase]:
                    added.append(more)
                    for token in grams(syllables(more)):
                        weights.setdefault(token, 0.35)
        bare: dict[str, float] = {}
        for token, weight in weights.items():
            plain = strip_accents(token)
            bare[plain] = max(bare.get(plain, 0.0), weight)
        rest = line
        for phrase in self.vocabulary.empty_phrases:
            rest = rest.replace(f" {phrase} ", " ")
        content = tuple(w for w in rest.split() if w not in self.vocabulary.empty and not w.isdigit())
        return Query(
            text, tuple(typed), tuple(restored), weights, bare, " ".join(restored), tuple(strip_accents(w) for w in content)
        )

    def _write_out(self, typed: Sequence[str]) -> tuple[list[str], list[str]]:
        """Write abbreviations and phone spelling out; further readings come back apart."""
        written: list[str] = []
        extra: list[str] = []
        for at, word in enumerate(typed):
            readings = self.vocabulary.abbreviations.get(word)
            if readings:
                written += readings[0].split()
                extra += readings[1:]
                continue
            said = self.vocabulary.phone.get(word)
            if said is not None and not (word == "k" and at + 1 < len(typed) and typed[at + 1].isdigit()):
                written += said.split()
                continue
            written.append(word)
        return written, extra
