"""The news stopped at twenty entries without a word, did not know what is to come, and took any day of a month for its first."""

from datetime import date

import pytest

from handlers.ask import further_news, reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.asked_news import Turn, Window, asks_for_news, window_of

TODAY = date(2026, 11, 26)
MAX = date.max


@pytest.mark.parametrize(("text", "window"), [
    ("có gì mới từ 1/3/2027", Window(date(2027, 3, 1))),
    ("co gi moi tu 2/3/2027", Window(date(2027, 3, 2))),
    ("có gì mới từ 15/9", Window(date(2026, 9, 15))),
    ("từ ngày 5 tháng 1 năm 2025 có gì mới", Window(date(2025, 1, 5))),
    ("tháng này có gì mới", Window(date(2026, 11, 1), date(2026, 11, 30))),
    ("tháng 10/2025 có gì thay đổi", Window(date(2025, 10, 1), date(2025, 10, 31))),
    ("có gì mới từ tháng 7/2025", Window(date(2025, 7, 1))),
    ("quý này có gì mới", Window(date(2026, 10, 1), date(2026, 12, 31))),
    ("có gì mới từ 1/7/2025 đến 31/12/2025", Window(date(2025, 7, 1), date(2025, 12, 31))),
    ("có gì sắp hết hiệu lực", Window(date(2026, 11, 27), MAX, Turn.ENDS)),
    ("van ban nao sap het hieu luc", Window(date(2026, 11, 27), MAX, Turn.ENDS)),
    ("nghị định nào hết hiệu lực trong năm 2027", Window(date(2027, 1, 1), date(2027, 12, 31), Turn.ENDS)),
    ("có gì mới", Window(date(2026, 1, 1))),
])
def test_the_days_that_are_asked_about(text: str, window: Window) -> None:
    assert asks_for_news(text)
    assert window_of(text, TODAY) == window


@pytest.mark.parametrize("text", ["giấy phép hết hiệu lực thì làm gì", "nghị định này có hiệu lực từ bao giờ", "cụm công nghiệp hết hạn thuê đất thì sao"])
def test_other_questions_are_no_news(text: str) -> None:
    assert not asks_for_news(text)


def test_every_entry_can_be_reached_once(answers: Answers) -> None:
    say, seen = texts("vi"), 0
    answer = answers.to("có gì mới từ 1/1/2024", TODAY, today=TODAY)
    assert answer.news is not None
    total = len(answer.news)
    assert total > 20
    reply = reply_to(answer, answers.corpus, say, name="", hotline="")
    assert f"Còn {total - 20} thay đổi nữa" in reply.text()
    while True:
        seen += sum(b.kind == "line" for b in reply.blocks)
        token = next((c.token for c in reply.choices if c.token.startswith("n:")), None)
        if token is None:
            break
        assert len(token) <= 56
        further = further_news(token)
        assert further is not None
        window, start = further
        answer = answers.whats_new(window, TODAY)
        assert answer.news is not None
        reply = reply_to(type(answer)(**{**vars(answer), "news_start": start}), answers.corpus, say, name="", hotline="")
    assert seen == total


@pytest.mark.parametrize("text", ["có gì sắp hết hiệu lực", "có gì mới từ 1/3/2027", "tháng này có gì mới"])
def test_known_ends_are_marked_as_coming(answers: Answers, text: str) -> None:
    said = reply_to(answers.to(text, TODAY, today=TODAY), answers.corpus, texts("vi"), name="", hotline="").text()
    assert "Sắp tới" in said
    assert "1/3/2027: Nghị định 139/2025/NĐ-CP hết hiệu lực" in said
    assert "1/3/2027: Nghị định 146/2025/NĐ-CP hết hiệu lực" in said


@pytest.mark.parametrize("token", ["n:", "n:2026-01-01:x:any:1", "n:2026-01-01:2026-02-01:all:1", "n:2026-01-01:2026-02-01:any:-1"])
def test_a_token_that_is_not_well_formed(token: str) -> None:
    assert further_news(token) is None
