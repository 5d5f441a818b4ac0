"""Citations as people type them, and what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citation import find_citations, without_citations

ND32 = ("Nghị định", "32", None)
ND32_2024 = ("Nghị định", "32", "2024")


def meaning(text: str) -> list[tuple[str | None, str | None, str | None, tuple[str, str, str | None] | None]]:
    return [
        (c.article, c.clause, c.point, (c.document.kind, c.document.number, c.document.year) if c.document else None)
        for c in find_citations(text)
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        # as decrees write it, small to large
        ("điểm c khoản 1 Điều 8 Nghị định số 32/2024/NĐ-CP", [("8", "1", "c", ND32_2024)]),
        ("khoản 3, điều 12 nghị định 45/2012 nói gì", [("12", "3", None, ("Nghị định", "45", "2012"))]),
        # as phones write it
        ("điểm c k1 Đ8 NĐ32", [("8", "1", "c", ND32)]),
        ("dieu 8 khoan 2 nd 32/2024", [("8", "2", None, ND32_2024)]),
        ("nd 32 dieu 8.2.c", [("8", "2", "c", ND32)]),
        ("D.8 K.2 ND 32", [("8", "2", None, ND32)]),
        ("k2d8nd32", [("8", "2", None, ND32)]),
        ("Đ8K2 NĐ32/2024", [("8", "2", None, ND32_2024)]),
        ("nđ32/2024/nđ-cp đ.2", [("2", None, None, ND32_2024)]),
        # the same word, typed with combining accents
        ("D\u0303ie\u0302\u0300u 5".replace("D\u0303", "Đ"), [("5", None, None, None)]),
        # đ is a letter of its own, an article may carry an inserted letter
        ("điểm đ khoản 2 Điều 10", [("10", "2", "đ", None)]),
        ("điểm d khoản 2 Điều 10", [("10", "2", "d", None)]),
        ("điều 3a thông tư 14/2024/TT-BCT", [("3a", None, None, ("Thông tư", "14", "2024"))]),
        # annexes and forms
        ("phụ lục III nghị định 139", [("Phụ lục III", None, None, ("Nghị định", "139", None))]),
        ("mẫu số 02 TT 14", [("Mẫu số 02", None, None, ("Thông tư", "14", None))]),
        # lists and ranges
        ("khoản 1, 2 Điều 8", [("8", "1", None, None), ("8", "2", None, None)]),
        ("điểm a, b khoản 1 điều 9 nd 32", [("9", "1", "a", ND32), ("9", "1", "b", ND32)]),
        ("từ Điều 8 đến Điều 10 NĐ 32", [("8", None, None, ND32), ("9", None, None, ND32), ("10", None, None, ND32)]),
        ("khoản 1 Điều 8 và khoản 2 Điều 9", [("8", "1", None, None), ("9", "2", None, None)]),
        ("clause 2 Article 8 Decree 32/2024", [("8", "2", None, ND32_2024)]),
        # a document alone, a clause alone
        ("NĐ 303/2026 nói gì", [(None, None, None, ("Nghị định", "303", "2026"))]),
        ("chỉ thị 20 bộ công thương", [(None, None, None, ("Chỉ thị", "20", None))]),
        ("khoản 2 thì sao", [(None, "2", None, None)]),
        # not citations
        ("Ngày 30/6/2025 ai ký", []),
        ("điều kiện mở rộng cụm", []),
        ("tôi có 2 khoản nợ", []),
        ("hồi tháng 3/2025", []),
        ("điều này có đúng không", []),
        ("", []),
    ],
)
def test_citations(text: str, meant: list[object]) -> None:
    assert meaning(text) == meant


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Điều 10 NĐ 32 thẩm định mấy ngày", "thẩm định mấy ngày"),
        ("theo khoản 2 Điều 8 Nghị định 32/2024/NĐ-CP thì cần gì", "theo thì cần gì"),
        ("điều kiện mở rộng", "điều kiện mở rộng"),
    ],
)
def test_what_is_asked_beside_the_place(text: str, rest: str) -> None:
    assert without_citations(text) == rest


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert len(find_citations(text)) <= 4_000
