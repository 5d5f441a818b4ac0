"""“Có gì mới về khuyến công” listed the changes of every subject."""

from datetime import date

import pytest

from handlers.ask import further_news, reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.asked_news import Window, subject_of

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(("text", "subject"), [
    ("có gì mới về khuyến công", ("khuyen cong", True)),
    ("ve khuyen cong co gi moi tu 1/1/2025", ("khuyen cong", True)),
    ("khuyến công có gì mới từ ngày 1 tháng 7 năm 2025 đến nay?", ("khuyen cong", False)),
    ("co gi moi ve ccn trong nam 2026 ko", ("cum cong nghiep", True)),
    ("quy định mới nhất trong lĩnh vực hóa chất", ("hoa chat", True)),
    ("có gì mới", ("", False)),
    ("tháng này có gì mới không em", ("", False)),
    ("văn bản nào sắp hết hiệu lực", ("", False)),
    ("có gì mới từ 1/7/2025 đến 31/12/2025", ("", False)),
])
def test_the_subject_that_is_named(text: str, subject: tuple[str, bool]) -> None:
    assert subject_of(text) == subject


def test_only_changes_of_the_subject_are_listed(answers: Answers) -> None:
    every = answers.to("có gì mới từ 1/1/2024", TODAY).news or ()
    told = answers.to("có gì mới về khuyến công từ 1/1/2024", TODAY).news or ()
    assert told
    assert len(told) < len(every)
    numbers = {n.document.number for n in told}
    assert {"45/2012/NĐ-CP", "235/2025/NĐ-CP"} <= numbers
    assert "32/2024/NĐ-CP" not in numbers


def test_the_end_of_a_decree_that_holds_articles_of_the_subject_is_listed(answers: Answers) -> None:
    told = answers.to("có gì mới về cụm công nghiệp", TODAY).news or ()
    assert {("139/2025/NĐ-CP", "ends"), ("32/2024/NĐ-CP", "amended_unknown")} <= {(n.document.number, n.kind) for n in told}
    assert "45/2012/NĐ-CP" not in {n.document.number for n in told}


def test_of_a_subject_without_a_title_all_is_listed_and_that_is_told(answers: Answers) -> None:
    answer = answers.to("có gì mới về hộ tịch từ 1/1/2024", TODAY)
    assert answer.news == answers.to("có gì mới từ 1/1/2024", TODAY).news
    assert "mọi thay đổi" in reply_to(answer, answers.corpus, texts("vi"), name="", hotline="").text()


def test_the_next_page_is_of_the_same_subject() -> None:
    assert further_news("n:2024-01-01:9999-12-31:any:20:cum cong nghiep") == (Window(date(2024, 1, 1), about="cum cong nghiep"), 20)
