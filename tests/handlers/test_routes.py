"""Conversations as people have them, through the same door as every channel."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.build import HANOI, matters
from handlers.memory import InMemory
from handlers.message import BlockKind, Incoming, Reply
from handlers.routes import MAX_TEXT, Dialogue, Setting
from knowledge.answer import Answers

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=HANOI)


class Person:
    """Someone in a conversation; time stands still until it is moved."""

    def __init__(self, answers: Answers, channel: str = "telegram") -> None:
        self.now = NOON
        self.channel = channel
        self._dialogue = Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", "024.222.021115 (theo công bố ngày 27/6/2025)"), lambda: self.now, matters())

    def says(self, text: str) -> Reply:
        return self._dialogue.reply(Incoming(self.channel, "p1", text))

    def taps(self, label: str, reply: Reply) -> Reply:
        token = next(c.token for c in reply.choices if label in c.label)
        return self._dialogue.reply(Incoming(self.channel, "p1", choice=token))


@pytest.fixture
def person(answers: Answers) -> Person:
    return Person(answers)


@pytest.mark.parametrize("question", ["CCN muốn mở rộng thì cần điều kiện gì?", "mo rong cum cong nghiep can dieu kien gi"])
def test_the_first_question(person: Person, question: str) -> None:
    reply = person.says(question)
    first = reply.blocks[0]
    assert first.kind is BlockKind.STATUS
    for word in ("14/9/2026", "303/2026/NĐ-CP", "chưa đối chiếu", "chưa có văn bản"):
        assert word in first.text
    text = reply.text()
    assert "khoản 2 Điều 8" in text
    assert "60%" in text
    assert "không phải nguyên văn" in text
    assert text.count("Muốn mở rộng cụm công nghiệp") == 1  # said once


def test_a_number_chooses(person: Person) -> None:
    reply = person.says("Điều 13 nói gì")
    assert reply.facts["kind"] == "ask_back"
    number = next(n for n, c in enumerate(reply.choices, 1) if "32/2024" in c.label)
    assert "Điều 13" in person.says(str(number)).text()


@pytest.mark.parametrize("typed", ["2", "2.", "số 2", "so 2", "chon 2", " 2 "])
def test_ways_to_type_a_number(person: Person, typed: str) -> None:
    reply = person.says("Điều 13 nói gì")
    assert person.says(typed).facts["kind"] == "answer"
    assert len(reply.choices) >= 2


def test_a_number_beyond_the_list_is_not_guessed(person: Person) -> None:
    first = person.says("Điều 13 nói gì")
    reply = person.says("77")
    assert reply.facts["kind"] == "ask_back"
    assert reply.choices == first.choices  # the list is still there


def test_a_number_after_a_day_is_not_guessed(person: Person) -> None:
    person.says("Điều 13 nói gì")
    person.now += timedelta(hours=25)
    reply = person.says("1")
    assert reply.facts["kind"] == "ask_back"
    assert reply.choices == ()


def test_the_follow_up(person: Person) -> None:
    person.says("khoản 2 Điều 10 NĐ 32/2024")
    assert "khoản 3 Điều 10" in person.says("khoản 3 thì sao?").text()


def test_a_day_in_the_question(person: Person) -> None:
    reply = person.says("Điều 8 NĐ 32/2024 vào ngày 30/6/2025")
    assert reply.facts["as_of"] == "2025-06-30"
    assert reply.facts["provisions"][0]["status"] == "in_force"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Điều 8 NĐ 32/2024 trước 1/7/2025 và sau 15/9/2026", "30/6/2025"),
        ("Điều 8 NĐ 32/2024 từ 1/9/2026 đến 1/3/2025", "1/9/2026"),
    ],
)
def test_two_days_are_answered_for_one_that_is_named(person: Person, text: str, day: str) -> None:
    said = person.says(text).text()
    assert "nhiều ngày" in said
    assert f"theo ngày {day};" in said


@pytest.mark.parametrize("span", ["từ 1/7/2025 đến 1/10/2026", "từ 1/7/2025"])
def test_what_changed_is_told_with_the_standing_at_the_end(person: Person, span: str) -> None:
    """The reported amendment of 15/9/2026 lies inside the time asked about, though not on its first day."""
    assert "303/2026" in person.says(f"Điều 8 NĐ 32/2024 thay đổi thế nào {span}").text()


def test_one_day_needs_no_such_line(person: Person) -> None:
    assert "nhiều ngày" not in person.says("Điều 8 NĐ 32/2024 vào ngày 30/6/2025").text()


def test_from_document_to_article_by_taps(person: Person) -> None:
    reply = person.says("/vanban")
    assert "32/2024" in reply.text()
    document = person.taps("32/2024", reply)
    assert document.choices
    article = next(c for c in document.choices if "Điều" in c.label)
    assert person.taps(article.label, document).facts["kind"] == "answer"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xin chào", "smalltalk"),
        ("cảm ơn em nhé", "smalltalk"),
        ("bạn là người hay máy", "smalltalk"),
        ("cho tôi gặp cán bộ", "human"),
        ("tôi muốn tố cáo cán bộ xã nhận tiền", "divert"),
        ("tôi muốn phản ánh vướng mắc khi mở rộng cụm", "report"),
        ("điều kiện đăng ký kết hôn", "decline"),
        ("", "ask_back"),
        ("👍👍", "smalltalk"),
        ("🎲🎲", "ask_back"),
    ],
)
def test_kinds(person: Person, text: str, kind: str) -> None:
    assert person.says(text).facts["kind"] == kind


def test_declining_names_who_else_can_help(person: Person) -> None:
    text = person.says("thủ tục đăng ký kết hôn").text()
    for name in ("Sở Công Thương", "Trung tâm phục vụ hành chính công", "024.222.021115"):
        assert name.lower() in text.lower()


@pytest.mark.parametrize("command", ["/start", "/batdau", "/trogiup", "/help"])
def test_it_says_that_it_is_a_machine(person: Person, command: str) -> None:
    assert "trợ lý tự động" in person.says(command).text().lower()


@pytest.mark.parametrize(("payload", "said"), [
    ("32-2024-nd-cp__8__1", "khoản 1 Điều 8 Nghị định số 32/2024/NĐ-CP"), ("32-2024-nd-cp__8__77", "Điều 8 Nghị định số 32/2024/NĐ-CP"),
    ("32-2024-nd-cp__99__1", "Không tìm thấy Điều 99"), ("32-2024-ND-CP", "32/2024/NĐ-CP"), ("32-2024-nd-cp__phu-luc-xx", "32/2024/NĐ-CP"),
    ("7-1999-nd-cp__3", "chưa có văn bản mà liên kết này dẫn tới"), ("hoi-nghi-2026", "trợ lý tự động"), ("__", "trợ lý tự động"),
])  # fmt: skip
def test_where_a_link_leads(person: Person, payload: str, said: str) -> None:
    assert said in person.says(f"/start {payload}").text()


def test_a_message_too_long(person: Person) -> None:
    reply = person.says("cụm " * MAX_TEXT)
    assert reply.facts["kind"] == "error"
    assert len(reply.blocks) == 1


def test_english(person: Person) -> None:
    person.says("/english")
    reply = person.says("CCN muốn mở rộng thì cần điều kiện gì?")
    assert "14 September 2026" in reply.blocks[0].text
    person.says("/tiengviet")
    assert "14/9/2026" in person.says("CCN muốn mở rộng thì cần điều kiện gì?").blocks[0].text


def test_an_unknown_token_is_not_guessed(answers: Answers) -> None:
    dialogue = Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())
    for token in ("", "p:", "p:nowhere", "d:1:99999", "x:1", "q:99", "p:../../etc/passwd", "d:32-2024-nd-cp:-1"):
        assert dialogue.reply(Incoming("telegram", "p1", choice=token)).facts["kind"] in ("ask_back", "answer")


def test_tokens_fit_a_telegram_button(person: Person, answers: Answers) -> None:
    assert all(len(f"p:{p.ref.key}".encode()) <= 56 for p in answers.corpus)
    for text in ("CCN muốn mở rộng", "/vanban", "Điều 13 nói gì"):
        assert all(len(c.token.encode()) <= 56 for c in person.says(text).choices)


def test_two_people_do_not_share_a_list(answers: Answers) -> None:
    dialogue = Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())
    dialogue.reply(Incoming("telegram", "p1", "Điều 13 nói gì"))
    assert dialogue.reply(Incoming("telegram", "p2", "1")).facts["kind"] != "answer"


@pytest.fixture
def shows(answers: Answers) -> Callable[[str], list[BlockKind]]:
    return lambda text: [b.kind for b in Person(answers).says(text).blocks]


def test_one_status_line(shows: Callable[[str], list[BlockKind]]) -> None:
    for text in ("CCN muốn mở rộng thì cần điều kiện gì?", "giấy phép bán lẻ rượu nộp ở đâu", "Điều 11 NĐ 139/2025", "Điều 6 NĐ 45/2012"):
        assert shows(text).count(BlockKind.STATUS) <= 1
