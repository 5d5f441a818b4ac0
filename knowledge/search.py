"""Finds the provisions that answer a question: lexical and vector evidence, normalised and weighted.

Every signal is brought to a scale of its own (0 to about 1) and summed with weights learnt from the
corpus' own questions (knowledge/train.py); reciprocal ranks did worse than dense search alone on
Vietnamese law. Another logistic sum says how likely it is that the corpus answers at all.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.actor import NAMES as ACTORS
from knowledge.actor import actor_of, asked_actor
from knowledge.domain import Domain
from knowledge.embedder import MODEL, Vectors
from knowledge.index import Index
from knowledge.provision import Provision, Ref
from knowledge.query import Query, Reader
from knowledge.vietnamese import strip_accents, syllables
from knowledge.wanted import Wanted, holds, wanted

RANKING: Final = MODEL / "ranking.json"
NEAREST: Final = 200
ALONE: Final = 3.0  # a margin where nothing else was found

FEATURES: Final = (
    "text", "text_bare", "question", "question_bare", "article", "article_bare", "cos_text", "cos_question",
    "article_question", "article_question_bare", "article_cos", "below_question", "holds", "actor", "other_actor",
    "is_article", "is_point",
)
# What tells whether the corpus answers, and whether a subject is named ("thời hạn bao lâu" has none: many places answer it alike).
EVIDENCE: Final = (
    "top", "margin", "question", "question_bare", "text_bare", "article_bare", "cos_text", "cos_question", "coverage", "unknown", "length",
    "domain", "foreign", "native", "lowest", "informed", "informed_three", "uncovered",
    "document_margin", "article_margin", "third_margin", "information", "rarest", "second_rarest",
)
Matrix = NDArray[np.float32]


class Encoder(Protocol):
    """Sentences to unit vectors."""

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one row a sentence, unit length."""
        ...


@dataclass(frozen=True)
class Hit:
    """A provision that was found; `score` is 0..1, comparable within one result."""

    provision: Provision
    score: float


@dataclass(frozen=True)
class Found:
    """The result of a search: hits best first, the probabilities that they answer the question and that it has no subject."""

    query: Query
    hits: tuple[Hit, ...]
    answerable: float
    vague: float = 0.0


@dataclass(frozen=True)
class Ranking:
    """Learnt weights: `features` sum to a unit's score, the others to the odds that the corpus answers, that no subject is named."""

    features: Mapping[str, float]
    answerable: Mapping[str, float]
    vague: Mapping[str, float]
    temperature: float = 1.0
    threshold: float = 0.5
    vague_threshold: float = 0.9

    @classmethod
    def load(cls, path: Path = RANKING) -> "Ranking":
        """Read ranking.json."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(raw["features"], raw["answerable"], raw["vague"], raw["temperature"], raw["threshold"], raw["vague_threshold"])


class Search:
    """Search over one index; safe to call from several threads."""

    def __init__(self, units: Sequence[Provision], index: Index, embedder: Encoder, reader: Reader, ranking: Ranking) -> None:
        self.units, self.index, self.embedder, self.reader, self.ranking = units, index, embedder, reader, ranking
        self._weights = np.array([ranking.features.get(name, 0.0) for name in FEATURES], dtype=np.float32)
        self._level = np.array([[u.level == "article", u.level == "point"] for u in units], dtype=np.float32).reshape(-1, 2)
        self._bare: dict[int, frozenset[str]] = {}
        self._article_count = int(index.article_of.max(initial=-1)) + 1
        self._domain = Domain(index.fields, reader.speller, reader.vocabulary.empty)
        self._holds = {kind: np.array([_holds(u, kind) for u in units], dtype=np.float32) for kind in Wanted}
        self._actors = np.array([ACTORS.index(actor_of(u)) for u in units], dtype=np.int64)
        place = {u.ref: i for i, u in enumerate(units)}
        # the unit itself and every unit around it: where the questions of a point also count
        self._above = [(i, place[r]) for i, u in enumerate(units) if (r := u.ref.parent) is not None and r in place]

    def find(self, text: str, *, documents: frozenset[str] | None = None, limit: int = 10) -> Found:
        """Return the best provisions for `text`, only of `documents` where they are given."""
        query = self.reader.read(text)
        if not self.units or not query.weights:
            return Found(query, (), 0.0)
        signals = self.signals(query)
        scores = signals @ self._weights
        if documents is not None:
            inside = np.array([u.ref.document in documents for u in self.units])
            scores = np.where(inside, scores, -np.inf)
        order = np.argsort(-scores, kind="stable")[: max(limit * 4, 40)]
        evidence = self.evidence(query, signals, scores, order)
        chance, vague = odds(self.ranking.answerable, evidence), odds(self.ranking.vague, evidence)
        kept = self._diverse(order, scores)[:limit]
        top = float(scores[order[0]])
        spread = [float(np.exp((scores[i] - top) / self.ranking.temperature)) for i in kept if np.isfinite(scores[i])]
        hits = tuple(Hit(self.units[i], round(s, 4)) for i, s in zip(kept, spread, strict=False))
        return Found(query, hits, chance, vague)

    def signals(self, query: Query) -> Matrix:
        """Return the feature matrix (units x FEATURES)."""
        index, count = self.index, len(self.units)
        fields = {name: field.scores(query.bare if name.endswith("_bare") else query.weights) for name, field in index.fields.items()}
        vector = self.embedder.encode([query.sentence])[0]
        rows, cosines = index.vectors.nearest(vector, NEAREST)
        floor = float(cosines.min(initial=1.0)) * 0.9 if len(cosines) else 0.0
        text_cos = np.full(count, floor, dtype=np.float32)
        asked_cos = np.full(len(index.owners), floor, dtype=np.float32)
        is_text = rows < count
        text_cos[rows[is_text]] = cosines[is_text]
        asked_cos[rows[~is_text] - count] = cosines[~is_text]
        asked, asked_bare = fields["question"], fields["question_bare"]
        question, question_bare, cos_question = (self._best(v, index.owners, count) for v in (asked, asked_bare, asked_cos))
        below = question_bare.copy()
        for child, parent in reversed(self._above):
            below[parent] = max(below[parent], below[child])
        article_of = index.article_of
        inside = (question, question_bare, np.maximum(text_cos, cos_question))
        by_article = [self._best(v, article_of, self._article_count)[article_of] for v in inside]
        return np.stack(
            [
                fields["text"], fields["text_bare"], question, question_bare, fields["article"][article_of],
                fields["article_bare"][article_of], text_cos, cos_question, *by_article, below, self._holds[wanted(query.asked)],
                *self._acting(query), self._level[:, 0], self._level[:, 1],
            ],
            axis=1,
        ).astype(np.float32)

    def _acting(self, query: Query) -> tuple[Matrix, Matrix]:
        """Whether a unit states a duty of the body that the question names first, or one of another body."""
        asked = ACTORS.index(asked_actor(" ".join(query.restored)))
        if not asked:
            none = np.zeros(len(self.units), dtype=np.float32)
            return none, none
        return (self._actors == asked).astype(np.float32), ((self._actors != asked) & (self._actors != 0)).astype(np.float32)

    @staticmethod
    def _best(values: Matrix, owners: NDArray[np.int64], size: int) -> Matrix:
        result = np.zeros(size, dtype=np.float32)
        np.maximum.at(result, owners, values)
        return result

    def evidence(self, query: Query, signals: Matrix, scores: Matrix, order: NDArray[np.int64]) -> Matrix:
        """The features (EVIDENCE) that tell whether the corpus answers the question, and whether it names a subject."""
        top = order[:5]
        first = self.units[order[0]].ref.article_ref
        rival = next((float(scores[i]) for i in order if self.units[i].ref.article_ref != first), float(scores[order[-1]]))
        column = {name: signals[top, at].max() for at, name in enumerate(FEATURES)}
        content = query.content
        words = self._words_of(order[:3])
        covered = sum(w in words for w in content) / len(content) if content else 0.0
        vocabulary = self.index.fields["text_bare"].vocabulary
        asked = self.index.fields["question_bare"].vocabulary
        unknown = sum(w not in vocabulary and w not in asked for w in content) / len(content) if content else 0.0
        articles = list(dict.fromkeys(int(self.index.article_of[i]) for i in order[:12]))
        one, _ = self._domain.covered(query.restored, frozenset(articles[:1]), self.index.article_of[self.index.owners])
        three, heaviest = self._domain.covered(query.restored, frozenset(articles[:3]), self.index.article_of[self.index.owners])
        return np.array(
            [
                float(scores[order[0]]), float(scores[order[0]]) - rival, column["question"], column["question_bare"],
                column["text_bare"], column["article_bare"], column["cos_text"], column["cos_question"], covered, unknown,
                min(len(content), 20) / 20, *self._domain.evidence(query.restored),
                one, three, heaviest, *self._standing_apart(scores, order), *self._rarity(query),
            ],
            dtype=np.float32,
        )

    def _standing_apart(self, scores: Matrix, order: NDArray[np.int64]) -> tuple[float, float, float]:
        """How far the best document stands before the next, the best article before the next and the third."""
        documents: dict[str, float] = {}
        articles: dict[Ref, float] = {}
        for i in order:
            ref = self.units[i].ref
            documents.setdefault(ref.document, float(scores[i]))
            articles.setdefault(ref.article_ref, float(scores[i]))
        by_document, by_article = sorted(documents.values(), reverse=True), sorted(articles.values(), reverse=True)
        return (
            by_document[0] - by_document[1] if len(by_document) > 1 else ALONE,
            by_article[0] - by_article[1] if len(by_article) > 1 else ALONE,
            by_article[0] - by_article[2] if len(by_article) > 2 else ALONE,
        )

    def _rarity(self, query: Query) -> tuple[float, float, float]:
        """How rare the question's tokens are among articles: all together, the rarest, the second rarest."""
        whole = self.index.fields["article_bare"]
        holders = [whole.holders(strip_accents(token)) for token, _ in self._domain.tokens(query.restored)]
        found = sorted((float(np.log((whole.size + 1) / (n + 1))) if n else 0.0 for n in holders), reverse=True)
        return sum(found) / 20, found[0] / 5 if found else 0.0, found[1] / 5 if len(found) > 1 else 0.0

    def _words_of(self, order: NDArray[np.int64]) -> set[str]:
        return set().union(*(self._words_in(int(i)) for i in order))

    def _words_in(self, i: int) -> frozenset[str]:
        """The bare words of a unit; a quarter of a search went into folding the same texts again."""
        if i not in self._bare:
            unit = self.units[i]
            texts = (unit.heading, unit.gist, *unit.questions, *(v.text for v in (*unit.plain, *unit.wording)))
            self._bare[i] = frozenset(strip_accents(s) for text in texts for s in syllables(text))
        return self._bare[i]

    def _diverse(self, order: NDArray[np.int64], scores: Matrix) -> list[int]:
        """Drop a unit that lies inside, or around, a better one: one place is named once."""
        kept: list[int] = []
        for i in order:
            ref = self.units[i].ref
            if not any(self.units[k].ref.covers(ref) or ref.covers(self.units[k].ref) for k in kept):
                kept.append(int(i))
        return kept


def _holds(unit: Provision, kind: Wanted) -> bool:
    """True when the unit's own words hold the kind of fact that is asked for."""
    return holds(" ".join(v.text for v in (*unit.plain, *unit.wording)), kind)


def odds(weights: Mapping[str, float], evidence: Matrix) -> float:
    """A logistic sum over EVIDENCE as a probability."""
    total = weights.get("bias", 0.0) + sum(weights.get(n, 0.0) * float(v) for n, v in zip(EVIDENCE, evidence, strict=True))
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))
