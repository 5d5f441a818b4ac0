"""A quote of an official text was marked by what stood around it, and the words behind the points bore a letter."""

from datetime import date
from typing import cast

import pytest

from bot.web_law import contents, units
from bot.web_texts import VI
from handlers.ask import reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.authority import Authority
from knowledge.corpus import assemble
from knowledge.parse import parse
from knowledge.provision import TAIL, Ref, TextStatus
from knowledge.search import Search

BEFORE, AFTER = date(2030, 3, 14), date(2030, 3, 15)
BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Chương I", "HẠN", "Điều 1. Gia hạn", "1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 30 ngày.",
        "Hạn ngắn hơn do cơ quan khác xét.", "2. Khoản hai.",
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ],
    number="17/2020/NĐ-CP", status=TextStatus.OCR,
)
AMENDING = parse(
    [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP",
        "1. Sửa đổi khoản 2 Điều 1 như sau:", "“2. Khoản hai mới.”", "2. Sửa đổi tên Chương I như sau:", "“Chương I", "THỜI HẠN”",
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ],
    number="9/2030/NĐ-CP",
)
CORPUS = assemble([], [BASE, AMENDING])
ANSWERS = Answers(CORPUS, cast(Search, None), Authority([]))


def at(clause: str | None, point: str | None = None) -> Ref:
    return Ref("17/2020/NĐ-CP", "1", clause, point)


@pytest.mark.parametrize(("ref", "day", "mark"), [
    (at("2"), BEFORE, TextStatus.OCR), (at("2"), AFTER, TextStatus.OFFICIAL), (at("1"), AFTER, TextStatus.OCR), (at(None), AFTER, TextStatus.OCR),
])
def test_the_weakest_mark_of_what_is_quoted(ref: Ref, day: date, mark: TextStatus) -> None:
    assert ANSWERS.place(ref, day).shown[0].text_status is mark


def test_words_behind_the_points_bear_no_letter() -> None:
    said = reply_to(ANSWERS.place(at("1"), AFTER), CORPUS, texts("vi"), name="", hotline="").text()
    assert "Hạn ngắn hơn" in said
    assert f"{TAIL})" not in said
    assert texts("en").place(at("1", TAIL)).startswith("closing paragraph, clause 1, Article 1")


def test_the_pages_follow_the_day() -> None:
    article = CORPUS.get(at(None))
    assert article is not None
    marks = {day: {u.key: (u.mark, VI.machine_read in u.notes) for u in units(VI, CORPUS, article, day)} for day in (BEFORE, AFTER)}
    assert marks[AFTER][at("1", TAIL).key] == ("", True)
    assert (marks[BEFORE][at("2").key], marks[AFTER][at("2").key]) == (("2.", True), ("2.", False))
    assert [contents(VI, CORPUS, CORPUS.documents["17/2020/NĐ-CP"], day)[0][0] for day in (BEFORE, AFTER)] == ["Chương I. Hạn", "Chương I. Thời hạn"]
