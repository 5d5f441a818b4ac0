"""The shipped model on numpy gives what sentence-transformers gives; a missing model is said so."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import SHIPPED, ModelMissing, StaticEmbedder, open_embedder

SENTENCES = ["mở rộng cụm công nghiệp cần điều kiện gì", "mo rong cum", "Sở Công Thương", "👍", ""]


def test_unit_vectors() -> None:
    vectors = StaticEmbedder().encode(SENTENCES)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-5)
    assert not vectors[4].any()


@pytest.mark.filterwarnings("ignore")  # torch and transformers warn while they are imported
def test_the_same_as_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(SHIPPED), device="cpu")
    theirs = model.encode([s.lower() for s in SENTENCES[:3]], convert_to_numpy=True)
    assert np.allclose(StaticEmbedder().encode(SENTENCES[:3]), theirs, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_another_model_by_path(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "other"
    shutil.copytree(SHIPPED, folder)
    embedder = open_embedder(str(folder))
    assert embedder.encode(["cụm"]).shape[1] == StaticEmbedder().encode(["cụm"]).shape[1]


def test_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        open_embedder(str(tmp_path / "nowhere"))


def test_the_weights_are_small() -> None:
    folder = SHIPPED.parent
    assert sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) <= 16 * 1024 * 1024
