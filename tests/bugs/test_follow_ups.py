""""điểm c thì sao", "Điều này đã thay đổi thế nào" and a day alone did not lean on what had been shown before."""

from datetime import date, datetime

import pytest

from bot.build import HANOI, matters
from handlers.memory import InMemory
from handlers.message import Incoming, Reply
from handlers.routes import Dialogue, Setting
from knowledge.answer import Answers
from knowledge.changes import same_place
from knowledge.dates import only_day
from knowledge.provision import Ref

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=HANOI)
POINT = Ref("45/2012/NĐ-CP", "6", "2", "a")


class Talk:
    """One person's conversation."""

    def __init__(self, answers: Answers) -> None:
        self._dialogue = Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())

    def says(self, *texts: str) -> Reply:
        return [self._dialogue.reply(Incoming("web", "p", text)) for text in texts][-1]


@pytest.mark.parametrize(("texts", "place"), [
    (("khoản 2 Điều 8 NĐ 32/2024", "điểm c thì sao"), "điểm c khoản 2 Điều 8"),
    (("khoan 2 dieu 8 nd 32/2024", "diem c thi sao", "con diem b"), "điểm b khoản 2 Điều 8"),
    (("Điều 8 NĐ 32/2024", "khoản 2 thì sao"), "khoản 2 Điều 8"),
    (("mở rộng cụm cần điều kiện gì", "điểm c"), "điểm c khoản 2 Điều 8"),
])
def test_a_point_lies_in_what_was_shown(answers: Answers, texts: tuple[str, ...], place: str) -> None:
    assert f"Căn cứ: {place} Nghị định số 32/2024/NĐ-CP" in Talk(answers).says(*texts).text()


def test_a_point_of_several_clauses_is_asked_back(answers: Answers) -> None:
    reply = Talk(answers).says("Điều 8 NĐ 32/2024", "điểm c thì sao")
    assert reply.facts["kind"] == "ask_back"
    assert [c.label.split(" NĐ")[0] for c in reply.choices] == ["Điểm c khoản 1 Điều 8", "Điểm c khoản 2 Điều 8"]


def test_a_point_that_is_not_there_is_told(answers: Answers) -> None:
    assert "Không tìm thấy điểm a khoản 1 Điều 6" in Talk(answers).says("khoản 1 Điều 6 NĐ 45/2012", "điểm a thì sao").text()


@pytest.mark.parametrize("text", ["Điều này đã thay đổi thế nào", "dieu nay thay doi ra sao", "nó có gì khác so với trước", "đã sửa đổi gì chưa"])
def test_what_was_shown_is_compared(answers: Answers, text: str) -> None:
    assert "[bỏ: hai] [thêm: ba]" in Talk(answers).says("Điều 6 NĐ 45/2012", text).text()


@pytest.mark.parametrize(("text", "ref"), [
    ("điều này thay đổi thế nào", Ref("45/2012/NĐ-CP", "6")), ("khoản này có gì thay đổi", Ref("45/2012/NĐ-CP", "6", "2")), ("nó thay đổi ra sao", POINT),
    ("nghị định này đã sửa đổi những gì", None), ("nghị định này đã sửa đổi gì", Ref("45/2012/NĐ-CP")), ("thay đổi chủ đầu tư thế nào", None),
    ("điều này là gì", None),
])
def test_only_what_asks_for_changes(text: str, ref: Ref | None) -> None:
    assert same_place(text, POINT) == ref


@pytest.mark.parametrize("text", ["ngày 3/12/2026", "3/12/2026", "nop 3/12", "ngày 3 tháng 12 năm 2026"])
def test_a_day_after_a_card_is_the_day_of_filing(answers: Answers, text: str) -> None:
    assert "chậm nhất ngày 10/12/2026 (5 ngày làm việc)" in Talk(answers).says("các bước lập cụm công nghiệp", text).text()


def test_a_day_after_an_article_shows_it_on_that_day(answers: Answers) -> None:
    assert "Còn hiệu lực vào ngày 1/8/2025" in Talk(answers).says("các bước lập cụm công nghiệp", "Điều 8 NĐ 32/2024", "ngày 1/8/2025").text()


@pytest.mark.parametrize(("text", "day"), [
    ("5/1", date(2027, 1, 5)), ("ngày mai", date(2026, 11, 27)), ("hôm nay thì sao", date(2026, 11, 26)), ("Điều 8", None), ("31/2/2026", None),
    ("8.2", None), ("8.2.2027", date(2027, 2, 8)),
])
def test_a_day_and_nothing_else(text: str, day: date | None) -> None:
    assert only_day(text, date(2026, 11, 26)) == day
