"""Restores what a phone keyboard leaves out: accents, and a letter mistyped, by a syllable bigram model.

Restoration runs on every question, never behind a test "has it accents?": half-accented questions are
the common case and a gate loses a quarter of them. Method: Viterbi over the accented forms of each
syllable (bigram probabilities with back-off to unigrams); the model is counted by knowledge/train.py.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.vietnamese import has_accents, strip_accents, syllables

_BACKOFF: Final = math.log(0.4)
_SMOOTH: Final = 0.75
_CHANGED: Final = -6.0  # the person typed marks and we would read others
_CHANGED_UNKNOWN: Final = -2.5  # … but what they typed is no known syllable
_DELIBERATE: Final = -3.0  # an unmarked syllable among marked ones is mostly meant
_MISTYPED: Final = -7.0
_UNKNOWN: Final = -9.0


class Speller:
    """A syllable model; `restore` gives the most likely accented reading of a list of syllables."""

    def __init__(self, vocabulary: Sequence[str], unigrams: np.ndarray, bigram_keys: np.ndarray, bigrams: np.ndarray) -> None:
        self._words = list(vocabulary)
        self._ids = {w: i for i, w in enumerate(self._words)}
        self._counts = unigrams.astype(np.float64)
        self._total = float(self._counts.sum()) or 1.0
        self._keys, self._pairs = bigram_keys, bigrams
        self._forms: dict[str, list[int]] = {}
        for i, word in enumerate(self._words):
            self._forms.setdefault(strip_accents(word), []).append(i)

    # making and keeping -----------------------------------------------------------------------------

    @classmethod
    def count(cls, texts: Iterable[str], *, min_word: int = 2, min_pair: int = 2, size: int = 12_000) -> "Speller":
        """Count a model from texts; rare syllables and pairs are dropped."""
        words: dict[str, int] = {}
        pairs: dict[tuple[str, str], int] = {}
        for text in texts:
            line = syllables(text)
            for word in line:
                words[word] = words.get(word, 0) + 1
            for pair in pairwise(line):
                pairs[pair] = pairs.get(pair, 0) + 1
        kept = sorted((w for w, n in words.items() if n >= min_word and not w.isdigit() and len(w) < 9), key=lambda w: (-words[w], w))
        kept = kept[:size]
        ids = {w: i for i, w in enumerate(kept)}
        found = sorted((ids[a] * len(kept) + ids[b], n) for (a, b), n in pairs.items() if n >= min_pair and a in ids and b in ids)
        keys = np.array([k for k, _ in found], dtype=np.int64)
        counts = np.array([n for _, n in found], dtype=np.uint32)
        return cls(kept, np.array([words[w] for w in kept], dtype=np.uint32), keys, counts)

    def save(self, path: Path) -> None:
        """Write the model as one compressed npz file (no pickle)."""
        np.savez_compressed(
            path, words=np.array("\n".join(self._words)), unigrams=self._counts.astype(np.uint32),
            keys=self._keys, pairs=self._pairs.astype(np.uint32),
        )

    @classmethod
    def load(cls, path: Path) -> "Speller":
        """Read a model written by `save`."""
        with np.load(path, allow_pickle=False) as data:
            return cls(str(data["words"]).split("\n"), data["unigrams"], data["keys"], data["pairs"])

    # use ---------------------------------------------------------------------------------------------

    def knows(self, syllable: str) -> bool:
        """True for a syllable of the model."""
        return syllable in self._ids

    def count_of(self, word: str, after: str | None = None) -> float:
        """How often `word`, or the pair `word after`, stood in the texts that were counted; 0 when too rare."""
        i = self._ids.get(word)
        if i is None or after is None:
            return float(self._counts[i]) if i is not None else 0.0
        j = self._ids.get(after)
        if j is None:
            return 0.0
        key = i * len(self._words) + j
        at = int(np.searchsorted(self._keys, key))
        return float(self._pairs[at]) if at < len(self._keys) and self._keys[at] == key else 0.0

    @property
    def total(self) -> float:
        """How many syllables were counted."""
        return self._total

    def restore(self, typed: Sequence[str]) -> list[str]:
        """Return `typed` (folded syllables) with accents restored and single slips mended; same length."""
        if not typed:
            return []
        letters = [t for t in typed if t.isalpha()]
        marked = sum(has_accents(t) for t in letters) / max(1, len(letters))
        lattice = [self._candidates(t, deliberate=marked > 0.6) for t in typed]
        best: list[tuple[float, int]] = [(score + self._log_word(i), -1) for i, score, _ in lattice[0]]
        back: list[list[int]] = []
        for at in range(1, len(typed)):
            row, pointers = [], []
            for i, score, _ in lattice[at]:
                options = [(best[j][0] + self._log_pair(lattice[at - 1][j][0], i), j) for j in range(len(lattice[at - 1]))]
                top = max(options)
                row.append((top[0] + score, top[1]))
                pointers.append(top[1])
            best = row
            back.append(pointers)
        at = max(range(len(best)), key=lambda j: best[j][0])
        path = [at]
        for pointers in reversed(back):
            path.append(pointers[path[-1]])
        path.reverse()
        return [lattice[k][j][2] for k, j in enumerate(path)]

    def _candidates(self, typed: str, *, deliberate: bool) -> list[tuple[int, float, str]]:
        if not typed.isalpha():
            return [(-1, 0.0, typed)]
        bare = strip_accents(typed)
        forms = self._forms.get(bare, [])
        found: list[tuple[int, float, str]] = []
        known = typed in self._ids
        for i in forms:
            word = self._words[i]
            if word == typed:
                penalty = 0.0
            elif typed == bare:
                penalty = _DELIBERATE if deliberate and known else 0.0
            else:
                penalty = _CHANGED if known else _CHANGED_UNKNOWN
            found.append((i, penalty, word))
        if not forms:
            found = [(i, _MISTYPED, self._words[i]) for i in self._near(bare)]
        if not known:
            found.append((-1, _UNKNOWN, typed))
        if len(found) > 24:
            found = sorted(found, key=lambda c: c[1] + self._log_word(c[0]), reverse=True)[:24]
        return found

    def _near(self, bare: str) -> list[int]:
        """Known syllables one slip away: a letter left out, doubled, swapped or replaced."""
        if len(bare) < 3:
            return []
        letters = "abcdeghiklmnopqrstuvxy"
        splits = [(bare[:k], bare[k:]) for k in range(len(bare) + 1)]
        edits = {a + b[1:] for a, b in splits if b}
        edits |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
        edits |= {a + c + b[1:] for a, b in splits if b for c in letters}
        edits |= {a + c + b for a, b in splits for c in letters}
        found = [i for e in edits for i in self._forms.get(e, [])]
        return sorted(found, key=lambda i: -self._counts[i])[:16]

    def _log_word(self, i: int) -> float:
        return math.log((self._counts[i] + 1) / self._total) if i >= 0 else math.log(1 / self._total)

    def _log_pair(self, a: int, b: int) -> float:
        if a >= 0 and b >= 0:
            key = a * len(self._words) + b
            at = int(np.searchsorted(self._keys, key))
            if at < len(self._keys) and self._keys[at] == key:
                return math.log(max(float(self._pairs[at]) - _SMOOTH, 0.1) / self._counts[a])
        return _BACKOFF * 2 + self._log_word(b)
