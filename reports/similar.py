"""Which reports say the same: by the provision that they name and the words that they use."""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.provision import Ref
from knowledge.vietnamese import fold, strip_accents, syllables
from reports.model import Identity, Report
from reports.states import State

MOST: Final = 3
_COMPARED: Final = frozenset(s for s in State if s.is_open or s is State.ANSWERED)
# Shares of common words, weighted by how rare they are among the reports at hand.
_ALONE: Final = 0.40  # enough without a common provision
_SAME_ARTICLE: Final = 0.16
_SAME_PLACE: Final = 0.08  # the same khoản or điểm


@dataclass(frozen=True)
class Similar:
    """An open or answered report that says the same, and how many people stand with it."""

    report: Report
    score: float
    count: int = 1


def similar(draft: Report, others: Iterable[Report]) -> tuple[Similar, ...]:
    """Those of `others` that say what `draft` says, most alike first, `MOST` at most.

    Only open and answered ones count; what was merged is counted with the report that it stands with.
    """
    every = [r for r in others if r.id != draft.id and r.erased_at is None and (draft.reporter is None or r.reporter != draft.reporter)]
    main = [r for r in every if r.state in _COMPARED]
    words = [_words(r.text) for r in main]
    mine = _words(draft.text)
    rare = _rarity([mine, *words])
    found = [Similar(r, s) for r, w in zip(main, words, strict=True) if (s := _share(mine, w, rare)) >= _needed(draft, r)]
    people: dict[str, set[Identity | str]] = {}
    for r in every:
        people.setdefault(r.merged_into or r.id, set()).add(r.reporter or r.id)  # who was erased counts as somebody
    best = sorted(found, key=lambda s: (-s.score, s.report.id))[:MOST]
    return tuple(Similar(s.report, s.score, max(1, len(people[s.report.id]))) for s in best)


def _needed(draft: Report, other: Report) -> float:
    a, b = draft.provision, other.provision
    if not isinstance(a, Ref) or not isinstance(b, Ref):
        return _ALONE
    if a.article is None or a.article_ref != b.article_ref:
        return _ALONE
    return _SAME_PLACE if a == b and a.clause is not None else _SAME_ARTICLE


def _words(text: str) -> frozenset[str]:
    """Pairs of neighbouring syllables, unaccented: a single syllable of Vietnamese says little."""
    plain = [strip_accents(s) for s in syllables(fold(text))]
    return frozenset(f"{a} {b}" for a, b in itertools.pairwise(plain))


def _rarity(every: Sequence[frozenset[str]]) -> dict[str, float]:
    seen = Counter(w for words in every for w in words)
    return {w: math.log(1 + len(every) / n) for w, n in seen.items()}


def _share(a: frozenset[str], b: frozenset[str], rare: dict[str, float]) -> float:
    union = sum(rare[w] for w in a | b)
    return sum(rare[w] for w in a & b) / union if union else 0.0
