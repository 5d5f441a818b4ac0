""""NĐ 32/2024 còn hiệu lực không" led with the clause about older decrees instead of saying whether this one is in force."""

from datetime import date

import pytest

from handlers.ask import reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.asked_force import asks_for_force
from knowledge.citation import without_citations

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(("text", "day", "first", "place"), [
    ("NĐ 32/2024 còn hiệu lực không", TODAY, "Nghị định 32/2024/NĐ-CP còn hiệu lực vào ngày 26/11/2026", "khoản 1 Điều 37"),
    ("nd 32/2024 con hieu luc ko", TODAY, "Nghị định 32/2024/NĐ-CP còn hiệu lực", "khoản 1 Điều 37"),
    ("nghi dinh 32/2024 ve cum cong nghiep co hieu luc chua", date(2024, 4, 30), "chưa có hiệu lực vào ngày 30/4/2024", "khoản 1 Điều 37"),
    ("Nghị định 139/2025 còn hiệu lực đến bao giờ", TODAY, "Nghị định 139/2025/NĐ-CP còn hiệu lực", "khoản 2 Điều 21"),
    ("nd 139/2025 co hieu luc tu khi nao v", TODAY, "còn hiệu lực", "khoản 1 Điều 21"),
    ("nghị định 146/2025 còn hiệu lực không", date(2027, 3, 1), "đã hết hiệu lực", "khoản 2 Điều 60"),
    ("TT 14/2024 còn áp dụng không?", TODAY, "Thông tư 14/2024/TT-BCT còn hiệu lực", "khoản 1 Điều 6"),
    ("chỉ thị 20 còn hiệu lực không", TODAY, "Hệ thống chưa có ngày có hiệu lực của Chỉ thị 20/CT-BCT", "Chỉ thị số 20/CT-BCT"),
])
def test_the_document_is_told_first_and_its_clause_cited(answers: Answers, text: str, day: date, first: str, place: str) -> None:
    said = reply_to(answers.to(text, day, today=TODAY), answers.corpus, texts("vi"), name="", hotline="").text()
    assert first in said.split("\n")[0]
    assert place in said


def test_known_amendments_are_told_beside(answers: Answers) -> None:
    said = reply_to(answers.to("nghị định 139/2025 còn hiệu lực không", TODAY, today=TODAY), answers.corpus, texts("vi"), name="", hotline="").text()
    assert "theo Nghị định 303/2026/NĐ-CP từ ngày 15/9/2026; hệ thống chưa có nội dung sửa đổi; thông tin chưa đối chiếu" in said


@pytest.mark.parametrize(("text", "asks"), [
    ("thông tư 46/2012 còn dùng được không", True), ("NĐ 32/2024 thay thế nghị định nào", False),
    ("NĐ 32/2024 mở rộng cụm còn áp dụng tỷ lệ lấp đầy không", False),
    ("quyết định thành lập cụm theo NĐ 68 còn hiệu lực không", False),
])
def test_only_questions_on_force(text: str, asks: bool) -> None:
    assert asks_for_force(without_citations(text), "Quản lý, phát triển cụm công nghiệp") is asks


@pytest.mark.parametrize(("text", "first"), [
    ("nghị định về khuyến công còn hiệu lực không", "Nghị định 45/2012/NĐ-CP còn hiệu lực"),
    ("nghi dinh quan ly cum cong nghiep het hieu luc chua", "Nghị định 32/2024/NĐ-CP còn hiệu lực"),
    ("nd 113/2017 con hieu luc khong", "Nghị định 113/2017/NĐ-CP đã hết hiệu lực, áp dụng đến hết ngày 16/1/2026"),
    ("nghị định 68/2017 còn hiệu lực không", "Nghị định 68/2017/NĐ-CP đã hết hiệu lực"),
])
def test_a_title_or_a_document_that_is_not_held(answers: Answers, text: str, first: str) -> None:
    said = reply_to(answers.to(text, TODAY, today=TODAY), answers.corpus, texts("vi"), name="", hotline="").text()
    assert first in said.split("\n")[0]


def test_two_documents_are_both_told(answers: Answers) -> None:
    said = reply_to(answers.to("nghị định 32/2024 và nghị định 139/2025 còn hiệu lực không", TODAY), answers.corpus, texts("vi"), name="", hotline="").text()
    assert "Nghị định 32/2024/NĐ-CP còn hiệu lực" in said
    assert "Nghị định 139/2025/NĐ-CP còn hiệu lực" in said
