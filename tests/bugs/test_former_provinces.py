"""A province that was merged did not lead to the rule of the province that it is part of now; another province was still asked back."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from bot import build
from bot.build import HANOI, matters
from bot.settings import Settings
from handlers.memory import InMemory
from handlers.message import Incoming
from handlers.routes import Dialogue, Setting
from knowledge.answer import Answers
from knowledge.provinces import TODAY, only_province, province_in

RULE = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
Số: 77/2026/QĐ-UBND
Lào Cai, ngày 7 tháng 3 năm 2026
QUYẾT ĐỊNH
Quy định về bãi đỗ xe trong cụm công nghiệp trên địa bàn tỉnh Lào Cai
Điều 1. Bãi đỗ xe trong cụm công nghiệp
1. Mỗi cụm công nghiệp dành ít nhất 3% diện tích làm bãi đỗ xe tải cho doanh nghiệp trong cụm.
2. Bãi đỗ xe tải phải có mái che.
Điều 2. Hiệu lực thi hành
Quyết định này có hiệu lực thi hành từ ngày 1 tháng 4 năm 2026.
"""
QUESTION = "bãi đỗ xe tải trong cụm công nghiệp phải chiếm bao nhiêu phần trăm diện tích"
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=HANOI)


@pytest.fixture(scope="module")
def provincial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    folder = tmp_path_factory.mktemp("former")
    (folder / "qd-77-2026-ubnd.txt").write_text(RULE, encoding="utf-8")
    settings = Settings(_env_file=None, data_dir=folder / "data")  # type: ignore[call-arg]
    build.library(settings).add([Path(folder / "qd-77-2026-ubnd.txt")])
    yield build.open_answers(settings, lambda _: None)


@pytest.mark.parametrize("text", [f"ở Yên Bái {QUESTION}", f"o yen bai {QUESTION}", f"tỉnh Yên Bái {QUESTION}"])
def test_a_former_province_has_the_rule_of_todays(provincial: Answers, text: str) -> None:
    answer = provincial.to(text, date(2026, 7, 1))
    assert answer.cited[0].provision.ref.document == "77/2026/QĐ-UBND"
    assert answer.joined == ("Yên Bái", "Lào Cai")


def test_another_province_is_not_asked_back(provincial: Answers) -> None:
    answer = provincial.to(f"ở Nam Định {QUESTION}", date(2026, 7, 1))
    assert not answer.provinces
    assert all(c.provision.ref.document != "77/2026/QĐ-UBND" for c in answer.cited)


@pytest.mark.parametrize(("typed", "told"), [("Yên Bái", True), ("tôi ở lào cai", True), ("Nam Định", False)])
def test_the_province_may_be_typed(provincial: Answers, typed: str, told: bool) -> None:
    dialogue = Dialogue(lambda: provincial, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())
    assert dialogue.reply(Incoming("web", "p", QUESTION)).facts["kind"] == "ask_back"
    assert ("3%" in dialogue.reply(Incoming("web", "p", typed)).text()) is told


def test_every_name_leads_to_one_of_34() -> None:
    assert len(set(TODAY.values())) == 34
    assert {TODAY["Yên Bái"], TODAY["Hà Giang"], TODAY["Bà Rịa - Vũng Tàu"]} == {"Lào Cai", "Tuyên Quang", "Hồ Chí Minh"}


@pytest.mark.parametrize(("text", "name"), [("ở yen bai", "Yên Bái"), ("tinh ba ria - vung tau co gi", "Bà Rịa - Vũng Tàu"), ("mức cao bằng nhau", None)])
def test_the_province_that_is_named(text: str, name: str | None) -> None:
    assert province_in(text) == name


def test_a_message_that_is_more_than_a_province() -> None:
    assert only_province("Lào Cai có cụm nào") is None
