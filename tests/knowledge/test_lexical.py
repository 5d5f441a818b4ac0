"""BM25: the same order as the formula worked out by hand, a share of the best as score, kept on disk."""

import math
from pathlib import Path

import numpy as np
import pytest

from knowledge.lexical import K1, B, Bm25

ROWS = [["cụm", "công", "nghiệp", "mở", "rộng"], ["cụm", "công", "nghiệp"], ["khuyến", "công", "hỗ", "trợ", "hỗ", "trợ"], []]


def by_hand(rows: list[list[str]], token: str, row: int) -> float:
    n = sum(token in r for r in rows)
    idf = math.log(1 + (len(rows) - n + 0.5) / (n + 0.5))
    lengths = [max(1, len(r)) for r in rows]
    norm = K1 * (1 - B + B * lengths[row] / (sum(lengths) / len(lengths)))
    count = rows[row].count(token)
    return idf * count * (K1 + 1) / (count + norm)


@pytest.mark.parametrize("token", ["cụm", "công", "hỗ", "rộng"])
def test_the_formula(token: str) -> None:
    index = Bm25.build(ROWS)
    n = sum(token in r for r in ROWS)
    idf = math.log(1 + (len(ROWS) - n + 0.5) / (n + 0.5))
    expected = [by_hand(ROWS, token, row) / idf for row in range(len(ROWS))]
    assert np.allclose(index.scores({token: 1.0}), expected, atol=1e-5)


def test_unknown_words_lower_the_share() -> None:
    index = Bm25.build(ROWS)
    assert index.scores({"cụm": 1.0})[1] > index.scores({"cụm": 1.0, "kết": 1.0, "hôn": 1.0})[1]
    assert index.scores({"cụm": 1.0, "cụm_tỏi": 1.0})[1] == index.scores({"cụm": 1.0})[1]  # an unseen pair is no evidence


def test_a_weight_counts() -> None:
    index = Bm25.build(ROWS)
    even = index.scores({"cụm": 1.0, "khuyến": 1.0})
    less = index.scores({"cụm": 1.0, "khuyến": 0.2})
    assert less[2] / less[1] < even[2] / even[1]


def test_kept_on_disk(tmp_path: Path) -> None:
    index = Bm25.build(ROWS)
    index.save(tmp_path / "field.npz")
    again = Bm25.load(tmp_path / "field.npz")
    assert np.array_equal(index.scores({"công": 1.0}), again.scores({"công": 1.0}))
    assert again.holders("công") == 3
    assert again.holders("biển") == 0


def test_nothing_indexed() -> None:
    assert Bm25.build([]).scores({"cụm": 1.0}).shape == (0,)
