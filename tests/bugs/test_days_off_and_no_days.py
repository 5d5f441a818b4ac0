"""Small faults of days and bodies: a file handed in on a day off, a day that no calendar has, the reports of the abolished district."""

from datetime import date, datetime

import pytest
from starlette.testclient import TestClient

from bot.build import HANOI, matters
from handlers.memory import InMemory
from handlers.message import Incoming, Reply
from handlers.routes import Dialogue, Setting
from knowledge.answer import Answers
from tests.bot.rooms import Simple, web_app

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=HANOI)


@pytest.fixture
def dialogue(answers: Answers) -> Dialogue:
    return Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())


def says(dialogue: Dialogue, text: str) -> Reply:
    return dialogue.reply(Incoming("web", "p", text))


@pytest.mark.parametrize(("day", "opens"), [("6/12/2026", "7/12/2026"), ("2/9/2026", "3/9/2026"), ("4/12/2026", "")])
def test_a_day_off_is_remarked(dialogue: Dialogue, day: str, opens: str) -> None:
    reply = says(dialogue, f"tôi nộp hồ sơ ngày {day} lập cụm công nghiệp")
    assert (f"ngày nộp {day} rơi vào ngày nghỉ" in reply.text()) is bool(opens)
    if opens:
        choice = next(c for c in reply.choices if opens in c.label)
        assert f"nếu nộp hồ sơ ngày {opens}" in dialogue.reply(Incoming("web", "p", choice=choice.token)).text()


@pytest.mark.parametrize("text", ["huyện phải báo cáo gì", "huyen phai nop bao cao nao", "UBND cấp huyện phải báo cáo những gì"])
def test_the_districts_reports_passed_on(dialogue: Dialogue, text: str) -> None:
    said = says(dialogue, text).text()
    assert "Sau ngày 30/6/2025 không còn UBND cấp huyện" in said
    assert "Nay do UBND cấp xã báo cáo, từ ngày 1/7/2025" in said
    assert "Điều 29 Thông tư số 38/2025/TT-BCT" in said
    assert "đến hết ngày 14/9/2026; từ ngày sau đó chưa xác định" in said


def test_the_district_while_it_stood(dialogue: Dialogue) -> None:
    assert "Ai báo cáo: UBND cấp huyện" in says(dialogue, "cấp huyện phải báo cáo những gì ngày 1/6/2025").text()


@pytest.mark.parametrize("typed", ["2026-02-30", "30/2/2026"])
def test_a_day_that_no_calendar_has(answers: Answers, typed: str) -> None:
    async def silent(incoming: Incoming) -> Reply:
        return Reply(())

    app = web_app(Simple(silent), lambda: answers.corpus, today=NOON.date)
    with TestClient(app) as client:
        page = client.get("/van-ban", params={"ngay": typed})
    assert page.status_code == 400
    assert "Không có ngày 30/2/2026 trong lịch" in page.text
    assert date(2026, 11, 26) == NOON.date()
