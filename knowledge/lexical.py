"""BM25 over weighted query tokens, as one sparse matrix a field; numpy only.

Our own sixty lines instead of bm25s: query tokens carry weights (a synonym counts less than a typed
word) and scores are needed as a share of the best that the question could reach, so that fields add
up and a threshold means the same for short and long questions. docs/decisions/ says more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

K1: Final = 1.2
B: Final = 0.5  # legal units differ in length for good reasons: half the usual length penalty


class Bm25:
    """An index over token lists; `scores` answers one query for all rows at once."""

    def __init__(self, vocabulary: Mapping[str, int], starts: NDArray[np.int64], rows: NDArray[np.int32], values: Scores, idf: Scores, size: int) -> None:
        self.vocabulary, self.starts, self.rows, self.values, self.idf, self.size = vocabulary, starts, rows, values, idf, size

    @classmethod
    def build(cls, documents: Sequence[Sequence[str]]) -> "Bm25":
        """Index `documents` (token lists); an empty list gives an index that scores nothing."""
        counts = [Counter(d) for d in documents]
        frequency: Counter[str] = Counter(t for c in counts for t in c)
        vocabulary = {t: i for i, t in enumerate(sorted(frequency))}
        size = len(documents)
        lengths = np.array([max(1, len(d)) for d in documents] or [1], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        found: list[tuple[int, int, float]] = []
        for row, counter in enumerate(counts):
            for token, n in counter.items():
                found.append((vocabulary[token], row, n * (K1 + 1) / (n + norm[row])))
        found.sort()
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
        for token_id, _, _ in found:
            starts[token_id + 1] += 1
        np.cumsum(starts, out=starts)
        idf = np.zeros(len(vocabulary), dtype=np.float32)
        for token, i in vocabulary.items():
            n = frequency[token]
            idf[i] = np.log(1 + (size - n + 0.5) / (n + 0.5))
        return cls(
            vocabulary, starts, np.array([r for _, r, _ in found], dtype=np.int32),
            np.array([v for _, _, v in found], dtype=np.float32), idf, size,
        )

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """Return one score a row: BM25 divided by the most that these tokens could give, so 0 to about 1.

        Unknown tokens count in the divisor with the idf of a token that stands in no row: a question
        about something else scores low however well its small words match.
        """
        result = np.zeros(self.size, dtype=np.float32)
        unknown = float(np.log(1 + (self.size + 0.5) / 0.5)) if self.size else 1.0
        reachable = 0.0
        for token, weight in weights.items():
            i = self.vocabulary.get(token)
            # A pair that was never seen is no evidence against: only unknown single syllables count.
            if i is None:
                if "_" not in token and weight >= 0.9:
                    reachable += weight * unknown
                continue
            strength = float(self.idf[i]) * weight
            reachable += strength
            span = slice(self.starts[i], self.starts[i + 1])
            result[self.rows[span]] += strength * self.values[span]
        return result / np.float32(reachable or 1.0)

    def rows_of(self, token: str) -> NDArray[np.int32]:
        """The rows in which `token` stands."""
        i = self.vocabulary.get(token)
        return self.rows[self.starts[i] : self.starts[i + 1]] if i is not None else self.rows[:0]

    def holders(self, token: str) -> int:
        """In how many rows `token` stands."""
        return len(self.rows_of(token))

    def save(self, path: Path) -> None:
        """Write one npz file without pickle."""
        np.savez(
            path, vocabulary=np.array("\n".join(self.vocabulary)), starts=self.starts, rows=self.rows,
            values=self.values, idf=self.idf, size=np.array(self.size),
        )

    @classmethod
    def load(cls, path: Path) -> "Bm25":
        """Read an index written by `save`."""
        with np.load(path, allow_pickle=False) as data:
            words = str(data["vocabulary"])
            vocabulary = {t: i for i, t in enumerate(words.split("\n"))} if words else {}
            return cls(vocabulary, data["starts"], data["rows"], data["values"], data["idf"], int(data["size"]))
