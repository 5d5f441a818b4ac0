"""Trains what the product ships: the syllable model and a static embedding, from folders of legal text.

    python -m knowledge.train FOLDER [FOLDER…] --out knowledge/model

Folders hold .txt, .md, .jsonl or .jsonl.gz (fields title, text). Only the digests are needed; more legal
text makes both models better. Pairs: a question and its provision, two questions of one provision, an
article's heading and its text; the first of a pair is seen with all, some or none of its accents. Plain
torch loop (no hub, no `datasets`); the same seed and threads give the same bytes. docs/model.md has figures.
"""

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from knowledge.corpus import Corpus, load_digests
from knowledge.embedder import MODEL
from knowledge.passages import Passages, passages
from knowledge.query import Vocabulary
from knowledge.spelling import Speller
from knowledge.vietnamese import fold, strip_accents, syllables

DIMENSION: Final = 256
VOCABULARY: Final = 14_000
FAR: Final = 45_000  # pairs from other legal texts


@dataclass(frozen=True)
class Pair:
    """Two texts that mean one place; pairs of one `group` never meet in a batch."""

    first: str
    second: str
    group: str


def legal_texts(folders: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield (title, text) of every article or file below `folders`."""
    for folder in folders:
        for path in sorted(folder.rglob("*") if folder.is_dir() else [folder]):
            if path.name.endswith((".jsonl", ".jsonl.gz")):
                opener: Any = gzip.open if path.suffix == ".gz" else open
                with opener(path, "rt", encoding="utf-8") as lines:
                    for line in lines:
                        row = json.loads(line)
                        if row.get("text"):
                            yield str(row.get("title") or ""), str(row["text"])
            elif path.suffix in (".txt", ".md"):
                yield "", path.read_text(encoding="utf-8", errors="replace")


def own_pairs(rows: Passages, leave_out: frozenset[int] = frozenset()) -> list[Pair]:
    """Pairs from the corpus; `leave_out` are question rows that must not be seen."""
    by_unit: dict[int, list[str]] = {}
    for j, (question, owner) in enumerate(zip(rows.questions, rows.owners, strict=True)):
        if j not in leave_out:
            by_unit.setdefault(owner, []).append(question)
    pairs = []
    for owner, questions in by_unit.items():
        unit = rows.units[owner]
        group = unit.ref.key
        for at, question in enumerate(questions):
            pairs.append(Pair(question, rows.texts[owner], group))
            pairs.append(Pair(question, " ".join(v.text for v in unit.plain) or rows.texts[owner], group))
            pairs += [Pair(question, other, group) for other in questions[at + 1 :]]
    return pairs


def far_pairs(texts: Iterable[tuple[str, str]], limit: int) -> list[Pair]:
    """Heading and text of other legal articles: they teach the words that everyday questions do not hold."""
    pairs = []
    for at, (title, text) in enumerate(texts):
        if len(title.split()) >= 3:
            pairs.append(Pair(title, f"{' '.join(text.split()[:120])}", f"far{at}"))
    random.Random(7).shuffle(pairs)
    return pairs[:limit]


def typed(text: str, rng: random.Random) -> str:
    """`text` as it may be typed: with all, half or none of its accents."""
    dice = rng.random()
    if dice < 0.45:
        return text
    if dice < 0.85:
        return strip_accents(text)
    return " ".join(strip_accents(w) if rng.random() < 0.5 else w for w in text.split())


def train_tokenizer(texts: Iterable[str], size: int = VOCABULARY) -> Any:
    """A byte-pair tokenizer over folded text, accented and stripped."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["[UNK]", "[PAD]"], show_progress=False, min_frequency=3)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def train_embedding(tokenizer: Any, pairs: Sequence[Pair], *, epochs: int, batch: int = 384, rate: float = 0.02, seed: int = 11, start: Any = None) -> Any:
    """Return a (tokens x DIMENSION) float32 matrix trained with in-batch negatives (cosine, scale 20)."""
    import torch

    torch.manual_seed(seed)
    rng = random.Random(seed)
    bag = torch.nn.EmbeddingBag(tokenizer.get_vocab_size(), DIMENSION, mode="mean")
    with torch.no_grad():
        if start is None:
            bag.weight.normal_(0, 1 / DIMENSION**0.5)
        else:
            bag.weight.copy_(torch.as_tensor(start))
    optimizer = torch.optim.Adam(bag.parameters(), lr=rate)
    seconds = [e.ids for e in tokenizer.encode_batch([fold(p.second) for p in pairs], add_special_tokens=False)]
    steps_all = max(1, epochs * (len(pairs) // batch + 1))
    step = 0
    for _ in range(epochs):
        firsts = [e.ids for e in tokenizer.encode_batch([fold(typed(p.first, rng)) for p in pairs], add_special_tokens=False)]
        order = list(range(len(pairs)))
        rng.shuffle(order)
        for group in _batches(order, pairs, batch):
            a, b = (_bag(bag, [side[i] or [0] for i in group]) for side in (firsts, seconds))
            loss = torch.nn.functional.cross_entropy(a @ b.T * 20, torch.arange(len(group)))
            for setting in optimizer.param_groups:
                setting["lr"] = rate * max(0.05, 1 - step / steps_all)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            step += 1
    return bag.weight.detach().numpy().copy()


def _bag(bag: Any, lists: Sequence[Sequence[int]]) -> Any:
    import torch

    flat = torch.tensor([i for ids in lists for i in ids])
    starts = torch.tensor([0, *(len(ids) for ids in lists[:-1])]).cumsum(0)
    return torch.nn.functional.normalize(bag(flat, starts), dim=1)


def _batches(order: Sequence[int], pairs: Sequence[Pair], size: int) -> Iterator[list[int]]:
    """Batches in which every pair is of another group: a second one would be a false negative."""
    waiting = list(order)
    while waiting:
        seen: set[str] = set()
        taken: list[int] = []
        left: list[int] = []
        for i in waiting:
            if len(taken) < size and pairs[i].group not in seen:
                seen.add(pairs[i].group)
                taken.append(i)
            else:
                left.append(i)
            if len(taken) == size:
                break
        rest = len(taken) + len(left)
        waiting = left + list(waiting[rest:])
        if len(taken) < 16:
            return
        yield taken


def save_embedding(tokenizer: Any, matrix: Any, folder: Path) -> None:
    """Write a sentence-transformers model (StaticEmbedding + Normalize) that numpy can read too."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=torch.as_tensor(matrix)), Normalize()], device="cpu")
    model.save_pretrained(str(folder), create_model_card=False)
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)


def train_speller(rows: Passages, texts: Iterable[tuple[str, str]]) -> Speller:
    """Count the syllable model: the corpus' own lines and questions weigh more than other law."""
    own = [*rows.texts, *(q for q in rows.questions for _ in range(6))]

    def everything() -> Iterator[str]:
        for _ in range(4):
            yield from own
        for title, text in texts:
            yield f"{title}. {text}"

    return Speller.count(everything(), min_word=4, min_pair=6)


def main() -> None:
    """Train both models and write them."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.train", description=__doc__.split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, help="folders or files of legal text")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--far", type=int, default=FAR, help="pairs from other legal texts")
    arguments = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    rows = passages(Corpus(load_digests()), Vocabulary.load())
    far = list(legal_texts(arguments.folders))
    say(f"{len(rows.units)} provisions, {len(rows.questions)} questions, {len(far)} other articles")
    train_speller(rows, far).save(arguments.out / "syllables.npz")
    say("syllable model written")
    tokenizer, matrix = fit(rows, far, far_limit=arguments.far)
    save_embedding(tokenizer, matrix, arguments.out / "static")
    say("embedding written")


def fit(rows: Passages, far: Sequence[tuple[str, str]], *, far_limit: int, leave_out: frozenset[int] = frozenset()) -> tuple[Any, Any]:
    """Train tokenizer and matrix: first on far pairs, then on the corpus' own."""
    kept = [q for j, q in enumerate(rows.questions) if j not in leave_out]
    lines = [fold(t) for t in (*rows.texts, *(q for q in kept for _ in range(3)))]
    lines += [" ".join(syllables(f"{a} {b}")[:150]) for a, b in far[:: max(1, len(far) // 12_000)]]
    tokenizer = train_tokenizer([*lines, *(strip_accents(x) for x in lines)])
    own = own_pairs(rows, leave_out)
    other = far_pairs(far, far_limit)
    matrix = train_embedding(tokenizer, [*other, *own], epochs=2, batch=512) if other else None
    return tokenizer, train_embedding(tokenizer, own, epochs=6, batch=256, rate=0.01 if matrix is not None else 0.02, start=matrix)


if __name__ == "__main__":
    main()
