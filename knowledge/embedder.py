"""Sentences -> vectors: the shipped static model on numpy, or any sentence-transformers model by setting."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.vietnamese import fold

Vectors = NDArray[np.float32]
MODEL: Final = Path(__file__).parent / "model"  # what knowledge/train.py and tune.py make
SHIPPED: Final = MODEL / "static"


class Embedder(Protocol):
    """What search needs of a model: its identity and unit vectors."""

    name: str

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one row a sentence, unit length, float32."""
        ...


class ModelMissing(Exception):
    """The embedding model that the settings name cannot be loaded."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


class StaticEmbedder:
    """The mean of token vectors, read without torch in a tenth of a second.

    The folder is a sentence-transformers model (StaticEmbedding, then Normalize); this class gives the
    same vectors as that library (a test compares them) from its tokenizer and matrix alone.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        inner = _static_part(folder)
        try:
            self._tokenizer = Tokenizer.from_file(str(inner / "tokenizer.json"))
            self._matrix = load_file(inner / "model.safetensors")["embedding.weight"].astype(np.float32)
        except Exception as error:  # tokenizers raises bare Exception for a damaged file
            raise ModelMissing(str(folder), str(error)) from error
        self._tokenizer.no_padding()
        self.name = _fingerprint(folder, self._matrix)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return unit vectors, one row a sentence; an empty sentence gives zeros."""
        result = np.zeros((len(sentences), self._matrix.shape[1]), dtype=np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch([fold(s) for s in sentences], add_special_tokens=False)):
            if encoding.ids:
                result[row] = self._matrix[encoding.ids].mean(axis=0)
        lengths = np.linalg.norm(result, axis=1, keepdims=True)
        unit: Vectors = result / np.maximum(lengths, 1e-9)
        return unit


def _static_part(folder: Path) -> Path:
    """Where the first module keeps its files: the folder itself or 0_StaticEmbedding."""
    inner = folder / "0_StaticEmbedding"
    return inner if inner.is_dir() else folder


def _fingerprint(folder: Path, matrix: Vectors) -> str:
    import hashlib

    return f"{folder.name}-{hashlib.sha256(matrix.tobytes()).hexdigest()[:12]}"


class TransformerEmbedder:
    """Any sentence-transformers model, by path or hub name; loaded when it is built, not when imported."""

    def __init__(self, name: str, *, offline: bool = True) -> None:
        import os

        if Path(name).exists() or offline:
            # A hub name without network hangs over a minute in retries; offline it fails at once.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise ModelMissing(name, str(error).split("\n")[0]) from error
        self.name = f"st-{json.dumps(name)}"

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return unit vectors, one row a sentence."""
        vectors = self._model.encode(list(sentences), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


def open_embedder(setting: str = "") -> Embedder:
    """Return the embedder for a setting: empty = the shipped model, else a folder or a model name."""
    if not setting:
        return StaticEmbedder()
    folder = Path(setting)
    modules = folder / "modules.json"
    if modules.is_file() and "StaticEmbedding" in modules.read_text(encoding="utf-8"):
        return StaticEmbedder(folder)
    return TransformerEmbedder(setting)
