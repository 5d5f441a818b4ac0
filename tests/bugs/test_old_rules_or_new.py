""""theo quy định cũ hay mới" was answered from any provision that spoke of old rules, and not from what the changing text says of older files."""

from datetime import date

import pytest

from handlers.ask import reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.intent import Kind
from knowledge.transition import asks_which_rules, subject

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize("text", [
    "nộp hồ sơ ngày 10/9/2026 theo quy định cũ hay mới", "nop ho so lap cum ngay 10/9/2026 thi theo quy dinh cu hay moi",
    "hồ sơ thành lập cụm đang thẩm định ngày 15/9/2026 thì áp dụng quy định nào", "tôi nộp hồ sơ ngày 10/9/2026 thì theo nghị định 303 hay nghị định 32",
])
def test_of_a_text_that_is_not_held_only_that_is_told(answers: Answers, text: str) -> None:
    answer = answers.to(text, TODAY, today=TODAY)
    assert answer.kind is Kind.DECLINE
    assert [t.by for t in answer.turns] == ["303/2026/NĐ-CP"]
    said = reply_to(answer, answers.corpus, texts("vi"), name="", hotline="").text()
    assert "Nghị định 303/2026/NĐ-CP (từ ngày 15/9/2026, thông tin chưa đối chiếu): hệ thống chưa có văn bản này" in said
    assert "68/2017" not in said


@pytest.mark.parametrize(("text", "by"), [
    ("đề án khuyến công đã phê duyệt trước 15/10/2025 thì theo quy định cũ hay mới", "235/2025/NĐ-CP"),
    ("hồ sơ thành lập cụm nộp trước ngày 1/7/2025 mà chưa xong thì làm tiếp theo quy định nào", "139/2025/NĐ-CP"),
])
def test_a_held_transitional_provision_is_shown(answers: Answers, text: str, by: str) -> None:
    answer = answers.to(text, TODAY, today=TODAY)
    assert answer.kind is Kind.ANSWER
    assert by in {c.provision.ref.document for c in answer.cited}
    assert "chuyển tiếp" in reply_to(answer, answers.corpus, texts("vi"), name="", hotline="").text()


@pytest.mark.parametrize(("text", "asks"), [
    ("nộp hồ sơ theo quy định nào", True), ("quy định mới về cụm công nghiệp", False), ("máy cũ hay mới được hỗ trợ", False),
    ("theo quy định cũ thì ai ký", False),
])
def test_which_questions_ask_it(text: str, asks: bool) -> None:
    assert asks_which_rules(text) is asks


def test_the_subject_is_what_is_left() -> None:
    assert subject("nộp hồ sơ thành lập cụm ngày 10/9/2026 thì theo quy định cũ hay mới") == "thanh lap cum"
    assert subject("nộp hồ sơ ngày 10/9/2026 theo quy định cũ hay mới") == ""


def test_the_clause_that_is_asked_about_leads(answers: Answers) -> None:
    answer = answers.to("hồ sơ đã nộp ở Bộ Công Thương trước 1/7/2025, việc giao về tỉnh thì ai trả kết quả, theo luật cũ hay mới", TODAY, today=TODAY)
    assert ("146/2025/NĐ-CP", "61", "7") in {(c.provision.ref.document, c.provision.ref.article, c.provision.ref.clause) for c in answer.cited}
