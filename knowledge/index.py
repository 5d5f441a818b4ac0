"""The search index on disk: an immutable folder of BM25 fields and a Chroma collection, and its pointer.

A folder is named by what it was made from (texts, model, format), built aside and renamed into place;
the file CURRENT names the one in use. An index is a cache: damaged or outdated, it is built again.
Chroma loses rows without an error when two processes write one path, so nothing ever writes twice.
"""

import hashlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.embedder import Embedder, Vectors
from knowledge.lexical import Bm25
from knowledge.passages import Passages
from knowledge.query import grams
from knowledge.vietnamese import strip_accents, syllables

FORMAT: Final = 3
FIELDS: Final = ("text", "text_bare", "question", "question_bare", "article", "article_bare")
Progress = Callable[[str], None]


class DamagedIndex(Exception):
    """An index folder that cannot be trusted: which one and why."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder.name}: {reason}")
        self.folder, self.reason = folder, reason


class VectorSearch(Protocol):
    """Nearest rows by cosine."""

    def nearest(self, vector: Vectors, limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return row numbers and cosines, best first; rows 0..n-1 are texts, then questions."""
        ...


class ExactVectors:
    """All cosines at once with numpy: the reference that Chroma is compared with, and its stand-in."""

    def __init__(self, matrix: Vectors) -> None:
        self.matrix = matrix

    def nearest(self, vector: Vectors, limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `limit` best rows by exact cosine."""
        if not len(self.matrix):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        scores = self.matrix @ vector
        rows = np.argsort(-scores, kind="stable")[:limit]
        return rows.astype(np.int64), scores[rows].astype(np.float32)


class ChromaVectors:
    """A Chroma collection in an index folder, opened to be read."""

    COLLECTION: Final = "passages"

    def __init__(self, folder: Path) -> None:
        self._collection: Any = _chroma(folder).get_collection(self.COLLECTION, embedding_function=None)
        self.count: int = self._collection.count()

    @classmethod
    def build(cls, folder: Path, matrix: Vectors, progress: Progress) -> None:
        """Write `matrix` as a new collection; the row number is the id."""
        collection = _chroma(folder).create_collection(
            cls.COLLECTION,
            embedding_function=None,  # else Chroma tries to download a model on the first add
            configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}},
        )
        step = 2_000  # Chroma refuses more than 5,461 rows in one add
        for start in range(0, len(matrix), step):
            part = matrix[start : start + step]
            collection.add(ids=[str(start + i) for i in range(len(part))], embeddings=part)
            progress(f"  {min(start + step, len(matrix))}/{len(matrix)}")

    def nearest(self, vector: Vectors, limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `limit` nearest rows that Chroma's graph finds."""
        found = self._collection.query(query_embeddings=[vector], n_results=min(limit, self.count), include=["distances"])
        rows = np.array([int(i) for i in found["ids"][0]], dtype=np.int64)
        return rows, np.array([1.0 - d for d in found["distances"][0]], dtype=np.float32)


def _chroma(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # third-party deprecations at import time
        import chromadb
        from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


class Index:
    """BM25 fields and vectors over one set of passages."""

    def __init__(self, fields: dict[str, Bm25], vectors: VectorSearch, owners: NDArray[np.int64], article_of: NDArray[np.int64]) -> None:
        self.fields, self.vectors, self.owners, self.article_of = fields, vectors, owners, article_of

    @property
    def size(self) -> int:
        """How many provisions are indexed."""
        return len(self.article_of)


def fields_of(rows: Passages) -> dict[str, Bm25]:
    """Build the six BM25 fields of DESIGN's search: text, question, article, each with and without accents."""
    result: dict[str, Bm25] = {}
    for name, texts in (("text", rows.texts), ("question", rows.questions), ("article", rows.articles)):
        lines = [syllables(t) for t in texts]
        result[name] = Bm25.build([grams(line) for line in lines])
        result[f"{name}_bare"] = Bm25.build([grams([strip_accents(s) for s in line]) for line in lines])
    return result


def in_memory(rows: Passages, embedder: Embedder) -> Index:
    """An index that lives in memory, with exact vectors: for training and tests."""
    matrix = embedder.encode([*rows.texts, *rows.questions])
    return Index(fields_of(rows), ExactVectors(matrix), np.array(rows.owners, dtype=np.int64), np.array(rows.article_of, dtype=np.int64))


def fingerprint(rows: Passages, embedder: Embedder) -> str:
    """Name an index by what it is made from."""
    digest = hashlib.sha256(f"{FORMAT}|{embedder.name}|".encode())
    for text in (*rows.texts, "|", *rows.questions, "|", *map(str, rows.article_of)):
        digest.update(text.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()[:20]


def build(folder: Path, rows: Passages, embedder: Embedder, progress: Progress = lambda _: None) -> str:
    """Build the index of `rows` under `folder`, switch CURRENT to it and return its name."""
    name = fingerprint(rows, embedder)
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
    try:
        sums: dict[str, str] = {}
        for field, index in fields_of(rows).items():
            index.save(aside / f"{field}.npz")
            sums[f"{field}.npz"] = _sum(aside / f"{field}.npz")
        np.savez(aside / "rows.npz", owners=np.array(rows.owners, dtype=np.int64), article_of=np.array(rows.article_of, dtype=np.int64))
        sums["rows.npz"] = _sum(aside / "rows.npz")
        matrix = embedder.encode([*rows.texts, *rows.questions])
        ChromaVectors.build(aside / "chroma", matrix, progress)
        _forget_chroma(aside / "chroma")
        facts = {"format": FORMAT, "name": name, "model": embedder.name, "vectors": len(matrix), "sums": sums}
        (aside / "manifest.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
        final = folder / name
        if final.exists():
            shutil.rmtree(final)
            _forget_chroma(final / "chroma")  # a damaged one may have been opened in this process
        aside.rename(final)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    point(folder, name)
    return name


def _forget_chroma(folder: Path) -> None:
    """Close the client that wrote: Chroma caches clients by path and the folder is about to move."""
    from chromadb.api.shared_system_client import SharedSystemClient

    system = SharedSystemClient._identifier_to_system.pop(str(folder), None)
    if system is not None:
        system.stop()


def point(folder: Path, name: str) -> None:
    """Make `name` the index in use; the switch is one rename."""
    aside = folder / f".CURRENT-{os.getpid()}"
    aside.write_text(name, encoding="utf-8")
    aside.replace(folder / "CURRENT")


def current(folder: Path) -> str:
    """The name of the index in use, "" where there is none."""
    try:
        return (folder / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def open_index(folder: Path, name: str) -> Index:
    """Open the index `name`; raises DamagedIndex when it is missing, altered or unreadable."""
    home = folder / name
    try:
        facts = json.loads((home / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedIndex(home, f"manifest: {error}") from error
    if facts.get("format") != FORMAT or facts.get("name") != name:
        raise DamagedIndex(home, "made by another version")
    for part, wanted in facts["sums"].items():
        if not (home / part).is_file() or _sum(home / part) != wanted:
            raise DamagedIndex(home, f"{part} is missing or altered")
    try:
        fields = {field: Bm25.load(home / f"{field}.npz") for field in FIELDS}
        with np.load(home / "rows.npz", allow_pickle=False) as rows:
            owners, article_of = rows["owners"], rows["article_of"]
        vectors = ChromaVectors(home / "chroma")
        if vectors.count != facts["vectors"]:
            raise DamagedIndex(home, f"{vectors.count} vectors instead of {facts['vectors']}")
        if facts["vectors"]:
            probe = np.asarray(vectors._collection.get(ids=["0"], include=["embeddings"])["embeddings"][0], dtype=np.float32)
            if float(np.linalg.norm(probe)) > 0 and not len(vectors.nearest(probe, 1)[0]):
                raise DamagedIndex(home, "vectors do not answer")
    except DamagedIndex:
        raise
    except BaseException as error:  # Chroma's Rust core raises PanicException, which is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise DamagedIndex(home, str(error)[:200]) from error
    return Index(fields, vectors, owners, article_of)


def drop_old(folder: Path, keep: Sequence[str]) -> None:
    """Remove index folders and unfinished builds other than `keep`; what is still open elsewhere stays readable."""
    for child in folder.iterdir():
        if child.is_dir() and child.name not in keep:
            shutil.rmtree(child, ignore_errors=True)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
