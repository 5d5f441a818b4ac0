"""Learns how the signals are weighed, from gold questions and from the corpus' own, each asked without itself.

    python -m knowledge.tune --gold FILE… [--own 1500 --texts FOLDER…] [--outside FILE]

Gold questions of origin "unseen" are never read. A softmax over all provisions gives the ranking weights;
answerable questions against those to be declined, and against questions about other law (`--outside`,
JSON lines with "question" or "text"), give the logistic weights by which a question is refused; questions
without a subject against all others those by which one is asked back. With `--own`, that many questions
under provisions are taken out of the digests, an embedding is trained without them, and they are asked of
an index that has never seen them. Five-fold figures are printed; the weights learnt on all questions are
written to knowledge/model/ranking.json.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.citation import find_citations
from knowledge.corpus import DIGESTS, Corpus, load_digests
from knowledge.embedder import MODEL, StaticEmbedder
from knowledge.evaluate import Gold, read_gold
from knowledge.index import ExactVectors, Index, fields_of
from knowledge.passages import Passages, passages
from knowledge.provision import Document, Ref
from knowledge.query import Reader, Vocabulary
from knowledge.search import EVIDENCE, FEATURES, RANKING, Ranking, Search, odds
from knowledge.spelling import Speller
from knowledge.train import FAR, fit, legal_texts, save_embedding, typed

WRONGLY_ASKED: Final = 0.005  # share of answerable held-out questions that are asked back
WRONGLY_REFUSED: Final = 0.08  # share of answerable held-out questions below the threshold; asked of an index with all questions it is about a third
OUTSIDE_WEIGHT: Final = 1.0
OWN_WEIGHT: Final = 1.0
MANY: Final = 5
Array = NDArray[np.float32]


@dataclass
class Example:
    """A question's features for every unit, and the units that answer it (empty: none does)."""

    signals: Array
    right: list[int]
    text: str
    search: Search
    weight: float = 1.0
    gold: bool = False
    vague: bool = False


def make_search(rows: Passages, embedder: Any, reader: Reader, ranking: Ranking) -> Search:
    """A search in memory with exact vectors."""
    matrix = embedder.encode([*rows.texts, *rows.questions])
    index = Index(fields_of(rows), ExactVectors(matrix), np.array(rows.owners), np.array(rows.article_of))
    return Search(rows.units, index, embedder, reader, ranking)


def right_units(rows: Passages, refs: Iterable[Ref]) -> list[int]:
    """Units that are one of `refs` or inside one; a clause also stands for its points, not the article for all."""
    wanted = list(refs)
    found = [i for i, u in enumerate(rows.units) if any(w.covers(u.ref) or (u.ref.covers(w) and u.level == "clause") for w in wanted)]
    return found or [i for i, u in enumerate(rows.units) if any(u.ref == w.article_ref for w in wanted)]


def leave_out(documents: Sequence[Document], count: int, rng: random.Random) -> tuple[list[Document], list[tuple[Ref, str]]]:
    """The documents without `count` questions drawn at random, and those questions with their places.

    Drawn are last questions of provisions that have many: they come from other writers than the first ones.
    """
    every = [(p.ref, p.questions[-1]) for d in documents for p in d.provisions if len(p.questions) >= MANY]
    drawn = rng.sample(every, min(count, len(every)))
    gone = set(drawn)
    kept = [
        replace(d, provisions=tuple(replace(p, questions=tuple(q for q in p.questions if (p.ref, q) not in gone)) for p in d.provisions))
        for d in documents
    ]
    return kept, drawn


def own_examples(drawn: Sequence[tuple[Ref, str]], rows: Passages, search: Search, rng: random.Random) -> list[Example]:
    """Questions taken out of the digests, typed with all, some or no accents."""
    found = []
    for ref, question in drawn:
        text = typed(question, rng)
        found.append(Example(search.signals(search.reader.read(text)), right_units(rows, [ref]), text, search, OWN_WEIGHT, gold=True))
    return found


def gold_examples(golds: Sequence[Gold], rows: Passages, search: Search) -> list[Example]:
    """Examples from gold files; out-of-scope ones have no right unit."""
    found = []
    for gold in golds:
        if gold.origin == "unseen" or gold.expect not in ("answer", "decline", "ask_back") or find_citations(gold.text):
            continue
        right = right_units(rows, gold.refs) if gold.expect == "answer" else []
        if right or gold.expect != "answer":
            signals = search.signals(search.reader.read(gold.text))
            found.append(Example(signals, right, gold.text, search, gold=True, vague=gold.expect == "ask_back"))
    return found


def learn_ranking(examples: Sequence[Example], *, steps: int = 250) -> dict[str, float]:
    """Softmax regression over the units of each question; all weights but those of another actor and of the level are ≥ 0."""
    import torch

    weights = torch.full((len(FEATURES),), 3.0, requires_grad=True)
    rows = []
    for example in (e for e in examples if e.right):
        # Only the strongest units by a plain sum can matter; the rest would only cost time.
        order = np.argsort(-example.signals[:, :11].sum(axis=1))[:80]
        kept = np.union1d(order, np.array(example.right))
        rows.append((example.signals[kept], np.isin(kept, example.right), example.weight))
    size = max(len(r[0]) for r in rows)
    signals = np.zeros((len(rows), size, len(FEATURES)), dtype=np.float32)
    mask = np.full((len(rows), size), -1e9, dtype=np.float32)
    right_mask = mask.copy()
    for at, (values, right, _) in enumerate(rows):
        signals[at, : len(values)] = values
        mask[at, : len(values)] = 0
        right_mask[at, : len(values)][right] = 0
    x, every, hit = torch.as_tensor(signals), torch.as_tensor(mask), torch.as_tensor(right_mask)
    scale = torch.tensor([w for _, _, w in rows])
    optimizer = torch.optim.Adam([weights], lr=0.15)
    for _ in range(steps):
        scores = x @ weights
        loss = torch.logsumexp(scores + every, 1) - torch.logsumexp(scores + hit, 1)
        total = (loss * scale).sum() / scale.sum() + 2e-4 * (weights**2).sum()
        optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with torch.no_grad():
            weights[: FEATURES.index("other_actor")].clamp_(min=0.0)
    return {name: round(float(w), 4) for name, w in zip(FEATURES, weights.detach(), strict=True)}


def ordered(example: Example, features: Mapping[str, float]) -> tuple[Array, NDArray[np.int64]]:
    """Scores and the order of the best forty units."""
    scores: Array = example.signals @ np.array([features[n] for n in FEATURES], dtype=np.float32)
    return scores, np.argsort(-scores)[:40]


def evidence_of(example: Example, features: Mapping[str, float]) -> Array:
    """What the sums of refusing and of asking back see of one example."""
    return example.search.evidence(example.search.reader.read(example.text), example.signals, *ordered(example, features))


def learn_odds(values: Sequence[Array], labels: Sequence[bool], weights_of: Sequence[float], decay: float) -> dict[str, float]:
    """Logistic regression, both sides weighing the same; raw weights and the bias by name."""
    import torch

    x, y, scale = torch.as_tensor(np.array(values)), torch.tensor(labels, dtype=torch.float32), torch.tensor(weights_of)
    share = float((y * scale).sum() / ((1 - y) * scale).sum())
    scale = scale * torch.where(y > 0, 1.0, share)
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    weights, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([weights, bias], lr=0.05)
    for _ in range(800):
        odds = ((x - mean) / deviation) @ weights + bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, y, weight=scale / scale.mean()) + decay * (weights**2).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    raw = (weights / deviation).detach()
    return {**{n: round(float(w), 4) for n, w in zip(EVIDENCE, raw, strict=True)}, "bias": round(float(bias.detach() - (raw * mean).sum()), 4)}


def learn_answerable(examples: Sequence[Example], features: Mapping[str, float]) -> dict[str, float]:
    """Weights that tell what the corpus answers from what it does not."""
    used = [e for e in examples if not e.vague]
    return learn_odds([evidence_of(e, features) for e in used], [bool(e.right) for e in used], [e.weight for e in used], 3e-3)


def learn_vague(examples: Sequence[Example], features: Mapping[str, float]) -> dict[str, float]:
    """Weights that tell a question without a subject from all others, also from those about other law."""
    return learn_odds([evidence_of(e, features) for e in examples], [e.vague for e in examples], [e.weight for e in examples], 3e-3)


@dataclass
class Judged:
    """What held-out questions got: rank of the right article, probability of an answer, of a missing subject."""

    ranks: list[int]
    kept: list[float]
    refused: list[float]
    clear: list[float]
    vague: list[float]

    def __str__(self) -> str:
        n = len(self.ranks)
        said = [f"{n} answerable: article @1 {sum(r == 1 for r in self.ranks) / n:.3f}, @3 {sum(r <= 3 for r in self.ranks) / n:.3f}"]
        for share in (0.01, 0.02, 0.03, 0.05):
            refusing, asking = float(np.quantile(self.kept, share)), float(np.quantile(self.clear, 1 - share))
            said.append(
                f"{share:.0%} wrongly: refused {np.mean(np.array(self.refused) < refusing):.3f} of {len(self.refused)} (at {refusing:.3f}), "
                f"asked back {np.mean(np.array(self.vague) > asking):.3f} of {len(self.vague)} (at {asking:.3f})"
            )
        return "\n  ".join(said)


def judge(examples: Sequence[Example], features: Mapping[str, float], answerable: Mapping[str, float], vague: Mapping[str, float], into: Judged) -> None:
    """Rank and refuse examples with given weights."""
    for e in examples:
        evidence = evidence_of(e, features)
        unclear = odds(vague, evidence)
        if e.vague:
            into.vague.append(unclear)
            continue
        chance = odds(answerable, evidence)
        (into.kept if e.right else into.refused).append(chance)
        if e.right:
            into.clear.append(unclear)
            order = np.argsort(-ordered(e, features)[0])[:200]
            articles = list(dict.fromkeys(e.search.units[i].ref.article_ref for i in order))
            right = {e.search.units[i].ref.article_ref for i in e.right}
            into.ranks.append(next((n for n, a in enumerate(articles, 1) if a in right), 99))


def held_out(examples: Sequence[Example], folds: int = 5) -> Judged:
    """Learn on four fifths of the gold questions (and all others), judge on the last; all folds together."""
    golds = [e for e in examples if e.gold]
    random.Random(17).shuffle(golds)
    rest = [e for e in examples if not e.gold]
    whole = Judged([], [], [], [], [])
    for k in range(folds):
        train = [*rest, *(e for at, e in enumerate(golds) if at % folds != k)]
        features = learn_ranking(train)
        judge(golds[k::folds], features, learn_answerable(train, features), learn_vague(train, features), whole)
    return whole


def outside(path: Path, count: int) -> list[str]:
    """Questions about other law."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [str(row.get("question") or row.get("text")) for row in lines]
    random.Random(5).shuffle(texts)
    return texts[:count]


def main() -> None:
    """Learn and write ranking.json."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.tune")
    parser.add_argument("--gold", nargs="+", type=Path, required=True)
    parser.add_argument("--outside", type=Path)
    parser.add_argument("--own", type=int, default=0)
    parser.add_argument("--texts", nargs="*", type=Path, default=[], help="legal text for the embedding that has not seen the own questions")
    parser.add_argument("--digests", type=Path, default=DIGESTS)
    parser.add_argument("--out", type=Path, default=RANKING)
    arguments = parser.parse_args()
    rng = random.Random(9)
    vocabulary = Vocabulary.load()
    documents, drawn = leave_out(load_digests(arguments.digests), arguments.own, rng)
    rows = passages(Corpus(documents), vocabulary)
    reader = Reader(Speller.load(MODEL / "syllables.npz"), vocabulary)
    search = make_search(rows, blind_embedder(rows, arguments.texts) if drawn else StaticEmbedder(), reader, Ranking({}, {}, {}))
    examples = gold_examples([g for path in arguments.gold for g in read_gold(path)], rows, search)
    examples += own_examples(drawn, rows, search, rng)
    strangers = outside(arguments.outside, 400) if arguments.outside else []
    examples += [Example(search.signals(reader.read(t)), [], t, search, OUTSIDE_WEIGHT) for q in strangers for t in [typed(q, rng)]]
    judged = held_out(examples)
    print(f"held out, {judged}")
    features = learn_ranking(examples)
    ranking = {
        "features": features,
        "answerable": learn_answerable(examples, features),
        "vague": learn_vague(examples, features),
        "temperature": 2.0,
        "threshold": round(float(np.quantile(judged.kept, WRONGLY_REFUSED)), 4),
        "vague_threshold": round(float(np.quantile(judged.clear, 1 - WRONGLY_ASKED)), 4),
    }
    arguments.out.write_text(json.dumps(ranking, indent=1) + "\n", encoding="utf-8")
    print(arguments.out.read_text(encoding="utf-8"))


def blind_embedder(rows: Passages, texts: Sequence[Path]) -> StaticEmbedder:
    """An embedding trained as the shipped one is, on `rows` alone and other legal texts."""
    far = list(legal_texts(texts))
    tokenizer, matrix = fit(rows, far, far_limit=FAR)
    with tempfile.TemporaryDirectory() as folder:
        save_embedding(tokenizer, matrix, Path(folder))
        return StaticEmbedder(Path(folder))


if __name__ == "__main__":
    main()
