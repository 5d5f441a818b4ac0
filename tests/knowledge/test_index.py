"""The index on disk: what it finds, how damage and age are noticed, how it is switched."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge import index as indexes
from knowledge.corpus import Corpus, read_digest
from knowledge.embedder import StaticEmbedder
from knowledge.index import DamagedIndex, ExactVectors
from knowledge.passages import Passages, passages
from knowledge.query import Vocabulary

SMALL = """---
number: 1/2020/NĐ-CP
title: Thử nghiệm
issued: 2020-01-01
in_force_from: 2020-02-01
---

## Điều 1. Điều kiện mở cửa hàng

1. Có mặt bằng ít nhất 20 m2.
   ? mở cửa hàng cần mặt bằng rộng bao nhiêu

2. Có biển hiệu.
   ? có bắt buộc treo biển hiệu không
   - a) Chữ tiếng Việt;
   - b) Cao không quá 2 m.

## Điều 2. Hồ sơ

Hồ sơ gồm 1 đơn.
? xin mở cửa hàng cần giấy tờ gì
"""


@pytest.fixture(scope="module")
def embedder() -> StaticEmbedder:
    return StaticEmbedder()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Passages:
    path = tmp_path_factory.mktemp("digest") / "small.md"
    path.write_text(SMALL, encoding="utf-8")
    return passages(Corpus([read_digest(path)]), Vocabulary.load())


@pytest.fixture
def built(tmp_path: Path, rows: Passages, embedder: StaticEmbedder) -> tuple[Path, str]:
    return tmp_path, indexes.build(tmp_path, rows, embedder)


def test_chroma_finds_what_numpy_finds(built: tuple[Path, str], rows: Passages, embedder: StaticEmbedder) -> None:
    index = indexes.open_index(*built)
    exact = ExactVectors(embedder.encode([*rows.texts, *rows.questions]))
    for question in ("biển hiệu có bắt buộc không", "giấy tờ xin mở cửa hàng", "mat bang bao nhieu"):
        vector = embedder.encode([question])[0]
        found, scores = index.vectors.nearest(vector, 5)
        right, exact_scores = exact.nearest(vector, 5)
        assert list(found) == list(right)
        assert np.allclose(scores, exact_scores, atol=1e-4)


def test_current_names_it(built: tuple[Path, str]) -> None:
    folder, name = built
    assert indexes.current(folder) == name


@pytest.mark.parametrize("part", ["text.npz", "question_bare.npz", "rows.npz", "manifest.json"])
@pytest.mark.parametrize("harm", ["missing", "cut", "altered"])
def test_damage_is_noticed(built: tuple[Path, str], part: str, harm: str) -> None:
    folder, name = built
    path = folder / name / part
    match harm:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        case "altered":
            path.write_bytes(path.read_bytes()[:-8] + b"\0" * 8)
    with pytest.raises(DamagedIndex):
        indexes.open_index(folder, name)


@pytest.mark.parametrize("harm", ["missing", "zeros", "text"])
def test_a_damaged_chroma_is_noticed(built: tuple[Path, str], harm: str) -> None:
    folder, name = built
    chroma = folder / name / "chroma"
    database = chroma / "chroma.sqlite3"
    match harm:
        case "missing":
            shutil.rmtree(chroma)
        case "zeros":
            database.write_bytes(b"\0" * 4096)
        case "text":
            database.write_text("this is no database")
    with pytest.raises(DamagedIndex):
        indexes.open_index(folder, name)


def test_another_version_is_noticed(built: tuple[Path, str]) -> None:
    folder, name = built
    manifest = folder / name / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 0}))
    with pytest.raises(DamagedIndex, match="another version"):
        indexes.open_index(folder, name)


def test_the_name_follows_texts_and_model(rows: Passages, embedder: StaticEmbedder) -> None:
    class Other:
        name = "another model"
        encode = embedder.encode

    changed = Passages(rows.units, ["khác", *rows.texts[1:]], rows.questions, rows.owners, rows.articles, rows.article_of)
    names = {indexes.fingerprint(rows, embedder), indexes.fingerprint(rows, Other()), indexes.fingerprint(changed, embedder)}
    assert len(names) == 3


def test_a_failed_build_leaves_nothing(tmp_path: Path, rows: Passages) -> None:
    class Failing:
        name = "failing"

        def encode(self, sentences: object) -> np.ndarray:
            raise MemoryError

    with pytest.raises(MemoryError):
        indexes.build(tmp_path, rows, Failing())
    assert list(tmp_path.iterdir()) == []


def test_old_indexes_are_dropped(built: tuple[Path, str]) -> None:
    folder, name = built
    (folder / "older").mkdir()
    indexes.drop_old(folder, [name])
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == [name]
