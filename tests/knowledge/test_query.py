"""Questions as they are typed on phones, and the words that are searched for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.embedder import MODEL
from knowledge.query import Reader, Vocabulary
from knowledge.spelling import Speller
from knowledge.vietnamese import clean, fold, strip_accents, syllables


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Speller.load(MODEL / "syllables.npz"), Vocabulary.load())


@pytest.mark.parametrize(
    ("typed", "restored"),
    [
        ("mo rong cum cong nghiep can dieu kien gi", "mở rộng cụm công nghiệp cần điều kiện gì"),
        ("thoi han tham dinh bao lau", "thời hạn thẩm định bao lâu"),
        # half of the accents left out
        ("thành lap cụm cong nghiệp cần giay tờ gì", "thành lập cụm công nghiệp cần giấy tờ gì"),
        # abbreviations are written out
        ("CCN muốn mở rộng", "cụm công nghiệp muốn mở rộng"),
        ("SCT tham dinh may ngay", "sở công thương thẩm định mấy ngày"),
        # phone spelling, letters held down
        ("dc ko", "được không"),
        ("hỗ trợ bao nhiêuuuu tiền", "hỗ trợ bao nhiêu tiền"),
        # nothing to restore
        ("Sở Công Thương thẩm định", "sở công thương thẩm định"),
        # NFD and old tone placement mean the same
        ("ho\u0300a gia\u0309i", "hòa giải"),
    ],
)
def test_restoring(reader: Reader, typed: str, restored: str) -> None:
    assert " ".join(reader.read(typed).restored) == restored


def test_words_are_added_never_replaced(reader: Reader) -> None:
    query = reader.read("giay to lap ccn")
    assert {"giay", "ccn"} <= set(query.weights)  # as typed, with less weight
    assert query.weights["giấy"] > query.weights["giay"]
    assert query.weights["hồ_sơ"] < query.weights["giấy_tờ"]  # a synonym, with less weight still


def test_both_sides_meet_without_accents(reader: Reader) -> None:
    assert set(reader.read("mo rong cum").bare) <= set(reader.read("mở rộng cụm").bare) | {"mo_rong", "rong_cum"}


@pytest.mark.parametrize("text", ["", "   ", "👍👍", "?!", "\x00\x01", "\u202e\u202d"])
def test_nothing_is_asked(reader: Reader, text: str) -> None:
    assert reader.read(text).content == ()


def test_a_very_long_text_is_read_by_its_ends(reader: Reader) -> None:
    query = reader.read("cụm công nghiệp " * 20_000 + "mở rộng")
    assert query.typed[:2] == ("cụm", "công")
    assert len(query.typed) <= 160


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reader = Reader(_SPELLER, _VOCABULARY)
    query = reader.read(text)
    assert len(query.restored) >= 0
    assert all(weight > 0 for weight in query.weights.values())


_SPELLER = Speller.count(["cụm công nghiệp mở rộng", "hồ sơ thành lập"] * 3)
_VOCABULARY = Vocabulary.load()


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("thuỷ", "thủy"),  # tone-mark placement
        ("hoà", "hòa"),
        ("HỒ SƠ", "hồ sơ"),
        ("Đ", "đ"),
        ("a\u00a0b", "a b"),
        ("c\u1ee5m", "cu\u0323m"),  # NFC and NFD
    ],
)
def test_one_form(text: str, same: str) -> None:
    assert fold(text) == fold(same)


def test_stripping() -> None:
    assert strip_accents("Điều kiện mở rộng, đ và d") == "Dieu kien mo rong, d va d"
    assert syllables("Điều 8, khoản 2 (75%)") == ["điều", "8", "khoản", "2", "75"]
