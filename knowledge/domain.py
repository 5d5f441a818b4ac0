"""Whether a question's words belong to this corpus or to law and life at large, as a log-likelihood ratio.

Word overlap alone is deceived: "điều kiện đăng ký kết hôn ở UBND xã" shares most of its syllables with
the decrees. What tells is that "kết hôn" stands often in law at large and never here.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import Bm25
from knowledge.spelling import Speller
from knowledge.vietnamese import strip_accents

CLIP: Final = 6.0


class Domain:
    """Compares counts in the corpus (its lexical fields) with counts in law at large (the syllable model)."""

    def __init__(self, fields: Mapping[str, Bm25], speller: Speller, empty: frozenset[str]) -> None:
        self._fields, self._speller, self._empty = fields, speller, empty
        self._own = [fields["text"], fields["question"]]
        self._here = float(sum(len(f.rows) for f in self._own)) or 1.0

    def tokens(self, words: Sequence[str]) -> list[tuple[str, float]]:
        """Content syllables and pairs of neighbours, and how often law at large has them."""
        found = [(w, self._speller.count_of(w)) for w in words if w not in self._empty and w.isalpha()]
        for a, b in pairwise(words):
            if a.isalpha() and b.isalpha() and not (a in self._empty and b in self._empty):
                found.append((f"{a}_{b}", self._speller.count_of(a, b)))
        return found

    def evidence(self, words: Sequence[str]) -> tuple[float, float, float, float]:
        """Mean ratio, means of the three lowest and the three highest, the lowest (-1 to 1; below 0 is more at home elsewhere)."""
        found = sorted(r for token, elsewhere in self.tokens(words) if (r := self._ratio(token, elsewhere)) is not None)
        if not found:
            return 0.0, 0.0, 0.0, 0.0
        return sum(found) / len(found), sum(found[:3]) / len(found[:3]), sum(found[-3:]) / len(found[-3:]), found[0]

    def covered(self, words: Sequence[str], articles: frozenset[int], article_of_question: NDArray[np.int64]) -> tuple[float, float]:
        """The share of the words' information that `articles` hold, and the heaviest token that they lack (0 to 1).

        Information is the rarity of a token in law at large; "khu_công" weighs more than "điều_kiện".
        """
        whole = held = heaviest = 0.0
        for token, elsewhere in self.tokens(words):
            weight = math.log(self._speller.total / (elsewhere + 3.0)) / 20
            whole += weight
            if self._stands(strip_accents(token), articles, article_of_question):
                held += weight
            else:
                heaviest = max(heaviest, weight if elsewhere else weight * 0.8)
        return (held / whole if whole else 0.0), heaviest

    def _stands(self, token: str, articles: frozenset[int], article_of_question: NDArray[np.int64]) -> bool:
        if any(int(row) in articles for row in self._fields["article_bare"].rows_of(token)):
            return True
        return any(int(article_of_question[row]) in articles for row in self._fields["question_bare"].rows_of(token))

    def _ratio(self, token: str, elsewhere: float) -> float | None:
        here = sum(f.holders(token) for f in self._own)
        if not here and not elsewhere:
            return None  # unknown to both: a name, a slip
        ratio = math.log((here + 0.3) / self._here) - math.log((elsewhere + 3.0) / self._speller.total)
        return max(-CLIP, min(CLIP, ratio)) / CLIP
