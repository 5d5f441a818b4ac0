"""A long text is split where a reader would pause, within the limit, and nothing is lost."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.split import cuts, split, units

A, B = "a" * 30, "b" * 30


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        (" \n\t ", 10, []),
        ("vừa đủ", 6, ["vừa đủ"]),
        ("  vừa đủ\n\n", 6, ["vừa đủ"]),
        # a paragraph goes before a line, a line before a sentence, a sentence before a word
        ("Một hai.\n\nBa bốn.\nNăm. Sáu", 24, ["Một hai.", "Ba bốn.\nNăm. Sáu"]),
        ("Một hai.\nBa bốn. Năm sáu", 20, ["Một hai.", "Ba bốn. Năm sáu"]),
        ("Một hai. Ba bốn năm", 17, ["Một hai.", "Ba bốn năm"]),
        ("một hai ba", 8, ["một hai", "ba"]),
        ("một hai ba", 7, ["một hai", "ba"]),
        # a closing quotation mark belongs to its sentence
        ("Ghi “chín ngày.” Rồi thôi", 22, ["Ghi “chín ngày.”", "Rồi thôi"]),
        # a weaker boundary is taken where the better one leaves a message nearly empty
        (f"Ơ.\n\n{A}. {B}", 40, [f"Ơ.\n\n{A}.", B]),
        # but not when a list would be torn that fits whole into the next message
        ("Ơ.\n\nĐiều kiện sau:\na) một;\nb) hai;\nc) ba", 38, ["Ơ.", "Điều kiện sau:\na) một;\nb) hai;\nc) ba"]),
        ("Mở đầu dài.\n\nGồm:\na) một;\nb) hai", 30, ["Mở đầu dài.", "Gồm:\na) một;\nb) hai"]),
        # a list that is longer than a message is cut between its items
        ("Gồm:\na) một hai ba. Bốn;\nb) năm sáu", 26, ["Gồm:\na) một hai ba. Bốn;", "b) năm sáu"]),
        ("Gồm:\n\n- một hai. Ba;\n\n- năm sáu", 24, ["Gồm:\n\n- một hai. Ba;", "- năm sáu"]),
        # "…sau:" does not stand alone at the end of a message
        ("Một hai. Điều kiện sau:\na) một hai ba", 30, ["Một hai.", "Điều kiện sau:\na) một hai ba"]),
        # the number of an item and of a citation stays with its text
        ("1. một", 4, ["1.", "một"]),
        ("Thực hiện theo khoản 2 Điều 8", 22, ["Thực hiện theo khoản 2", "Điều 8"]),
        ("Thực hiện theo khoản 2 Điều 8", 21, ["Thực hiện theo", "khoản 2 Điều 8"]),
        ("xem tại điểm đ khoản 1", 13, ["xem tại", "điểm đ", "khoản 1"]),
        # a word longer than a message is cut between letters: no half emoji, no lost accent
        ("abcdef", 4, ["abcd", "ef"]),
        ("😀😀😀", 3, ["😀", "😀", "😀"]),
        ("😀😀😀", 5, ["😀😀", "😀"]),
        ("abe\u0302\u0301", 3, ["ab", "e\u0302\u0301"]),
        ("ab👍🏽", 5, ["ab", "👍🏽"]),
    ],
)
def test_cuts_where_a_reader_pauses(text: str, limit: int, parts: list[str]) -> None:
    assert split(text, limit) == parts


def test_a_limit_below_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="two units"):
        split("a", 1)


def test_units_are_those_of_telegram() -> None:
    for text in ("", "ạ", "a\u0323", "😀", "a😀b", "𠮷"):
        assert units(text) == len(text.encode("utf-16-le")) // 2


PIECES = st.sampled_from([
    "a", "ạ", "e\u0302\u0301", "😀", "👍🏽", "\u200d", " ", "\n", "\n\n", "\r\n", "\u00a0", ". ", ": \n", "a) ", "- ", "1. ", "khoản ", "2 ", "từ",
])  # fmt: skip
TEXTS = st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=300).map("".join))


@given(TEXTS, st.integers(2, 60))
@example("a" * 40 + "\n" + "b" * 40, 40)
@example(" " * 50 + "a", 2)
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    assert all(part == part.strip() and 0 < units(part) <= limit for part in parts)
    assert parts == [text.strip()] * bool(text.strip()) or units(text.strip()) > limit
    for part in parts:
        part.encode("utf-16-le", "surrogatepass")


@given(TEXTS, st.integers(2, 60))
def test_words_stay_whole_where_they_fit(text: str, limit: int) -> None:
    ends = {end for _, end in cuts(text, limit)}
    for word in re.finditer(r"\S+", text):
        inside = {end for end in ends if word.start() < end < word.end()}
        assert not inside or units(word[0]) > limit


def test_a_very_long_text_is_split_fast_enough_to_be_tested() -> None:
    text = "\n".join(f"{n}. Quy định thứ {n} về cụm công nghiệp." for n in range(20_000))
    parts = split(text, 4096)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(re.match(r"\d+\. ", part) for part in parts)
