"""Every sentence exists in every language, is well formed, and says what it must."""

import ast
import inspect
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from handlers.texts import LANGUAGES, en, texts, vi
from knowledge.asked_news import Turn
from knowledge.authority import Occurrence, Reading
from knowledge.calendar import Calendar
from knowledge.changes import News
from knowledge.duties import Duties
from knowledge.procedures import Procedures, schedule
from knowledge.provision import Document, Ref
from knowledge.relations import Link
from knowledge.roles import Role
from knowledge.status import Standing, Status
from knowledge.wanted import Mismatch

DECREE = Document(
    "32/2024/NĐ-CP", kind="Nghị định", title="Quản lý, phát triển cụm công nghiệp", issued=date(2024, 3, 15), in_force_from=date(2024, 5, 1),
    completeness="digest", note="Ghi chú.",
)
BARE = Document("20/CT-BCT", completeness="extract", checked=False)
REF = Ref("32/2024/NĐ-CP", "8", "2", "c")
HOTLINE = "024.222.021115 (theo công bố ngày 27/6/2025)"
REPORTED = Standing(Status.AMENDED_UNKNOWN, "303/2026/NĐ-CP", date(2026, 9, 15), date(2026, 9, 14), checked=False, certain=False)
SETTLED = Reading(
    "Ủy ban nhân dân cấp xã", "commune", date(2025, 7, 1), date(2026, 9, 14), "Điều 11 Nghị định 139/2025/NĐ-CP", settled=True,
)
OPEN = Reading(None, None, date(2026, 9, 15), None, "Nghị định 303/2026/NĐ-CP (chưa có văn bản)", settled=False, note="Chưa xác định: chưa có văn bản.")
PLACES = (
    REF, Ref("32/2024/NĐ-CP", "8"), Ref("139/2025/NĐ-CP", "Phụ lục III", "II.3", "đ"), Ref("139/2025/NĐ-CP", "Phụ lục III", "II.0"),
    Ref("14/2024/TT-BCT", "Biểu số 02"), Ref("20/CT-BCT", "Mục 1", "3"), Ref("134/2025/QH15", "11"),
)
STANDINGS = (
    REPORTED,
    *(Standing(s, "303/2026/NĐ-CP") for s in Status),
    *(Standing(s) for s in Status if s is not Status.AMENDED_UNKNOWN),  # that one always has a document behind it
    *(Standing(s, "303/2026/NĐ-CP", date(2026, 9, 15), date(2026, 9, 14), "Từ 15/9/2026 tạm không cấp phép.", "Điều 7", c, k)
      for s in Status for c in (True, False) for k in (True, False)),
)
CARDS, DUTIES = tuple(Procedures.load()), tuple(Duties.load())
FILED = date(2026, 12, 3)
DUES = tuple(due for card in CARDS for due in schedule(card, FILED, Calendar.load()))
# What each parameter may be; the first is the usual case. A parameter that is not here fails the tests.
SAMPLES: dict[str, tuple[object, ...]] = {
    "named": (date(2025, 3, 1),),
    "value": (date(2026, 9, 14),), "on": (date(2026, 11, 24),), "asked_day": (True, False), "document": (DECREE, BARE), "ref": PLACES,
    "name": ("Cầu Nối",), "standing": STANDINGS, "headline": ("7 ngày làm việc", ""), "sentence": ("Trong 7 ngày làm việc.",),
    "heading": ("Điều kiện thành lập, mở rộng cụm công nghiệp", "", "x " * 59 + "x"), "found": (Mismatch("5 ngày", ("7 ngày", "15 ngày")),),
    "by": ("khoản 4 Điều 1 Nghị định 235/2025/NĐ-CP",), "note": ("một bản công khai khác ghi 60%",),
    "occurrence": tuple(Occurrence(REF, "Ủy ban nhân dân cấp huyện", sense, "", (SETTLED, OPEN)) for sense in ("body", "area")),
    "reading": (SETTLED, OPEN), "before": (SETTLED, None), "hotline": (HOTLINE, ""), "missing": (str(REF), "Điều 99"), "places": (3, 1),
    "last": (5, 1), "limit": (20_000,), "procedure": CARDS, "step": tuple(step for card in CARDS for step in card.steps), "number": (1, 12),
    "filed": (FILED,), "due": DUES, "year": (2026,), "role": tuple(Role), "duty": DUTIES, "due_on": (date(2026, 12, 20), None),
    "since": (date(2025, 7, 1),), "until": (date(2025, 12, 31), None), "turn": tuple(Turn), "left": (21, 1), "count": (20, 1),
    "provision": (REF, None), "opens": (date(2026, 12, 7),), "old": DUTIES, "new": DUTIES,
    "former": ("Yên Bái",), "now": ("Lào Cai",), "held": (True, False), "checked": (True, False), "typed": ("31/2/2025",),
    "text": ("Còn hiệu lực vào ngày 14/9/2026.",), "runs": ((("same", "Ủy ban nhân dân cấp"), ("removed", "huyện"), ("added", "xã")),),
    "link": tuple(
        Link(kind, "303/2026/NĐ-CP", incoming, date(2026, 9, 15), None, ("6", "Phụ lục I"), checked)
        for kind in ("amends", "repeals", "replaces", "guides", "suspends", "overrides") for incoming in (True, False) for checked in (True, False)
    ),
    "item": tuple(
        News(date(2025, 7, 1), DECREE, kind, (REF, REF) * 4 if kind == "changed" else (), by, checked)
        for kind, by in (("begins", ""), ("ends", ""), ("changed", "Thông tư 38/2025/TT-BCT"), ("changed", ""), ("amended_unknown", "303/2026/NĐ-CP"))
        for checked in (True, False)
    ),
}
MAY_BE_EMPTY = {"status", "document_facts", "abbreviation"}
# Sample questions are asked as they stand, and only Vietnamese ones are understood.
SAME = {"suggestions", "answer", "abbreviation"}
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


def public(module: ModuleType) -> dict[str, Callable[..., Any]]:
    return {n: f for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")}


SENTENCES = sorted(public(vi))
both = pytest.mark.parametrize("say", [vi, en], ids=["vi", "en"])


def calls(name: str, function: Callable[..., Any]) -> Iterator[Callable[[], Any]]:
    """The usual call, then one call for each other sample of each parameter, alone and with the other readings."""
    usual = {p: SAMPLES[p][0] for p in inspect.signature(function).parameters}
    yield partial(function, **usual)
    for parameter in usual:
        for sample in SAMPLES[parameter][1:]:
            yield partial(function, **{**usual, parameter: sample})
    if name == "authority":
        for occurrence in SAMPLES["occurrence"]:
            for before in SAMPLES["before"]:
                yield partial(function, occurrence, OPEN, before)
    if name == "duty_lines":
        for duty in DUTIES:
            yield partial(function, duty, None)
    if name == "status":
        for standing in STANDINGS:
            yield partial(function, standing, DECREE, date(2026, 11, 24), asked_day=False)


def said(name: str, function: Callable[..., Any]) -> list[str]:
    """All that the samples make a function say, line by line."""
    found: list[str] = []
    for call in calls(name, function):
        words = call()
        found += [words] if isinstance(words, str) else words
    return found


def test_every_language_has_the_same_sentences() -> None:
    for language, module in LANGUAGES.items():
        assert set(public(module)) == set(SENTENCES), language
        for name, function in public(module).items():
            assert inspect.signature(function) == inspect.signature(getattr(vi, name)), f"{language}: {name}"


def test_an_unknown_language_is_answered_in_vietnamese() -> None:
    assert texts("en") is en
    assert texts("fr") is vi


@both
@pytest.mark.parametrize("name", SENTENCES)
def test_sentence_is_whole(say: ModuleType, name: str) -> None:
    lines = said(name, getattr(say, name))
    assert lines
    for line in lines:
        assert line or name in MAY_BE_EMPTY
        assert line == line.strip()
        assert unicodedata.is_normalized("NFC", line)
        assert not re.search(r"\s{2}|[\t\n\r]|\bNone\b|[{}]|\(\s*\)| [.,;:!?)]|\.\.|,[.;,]|[;:]\.", line), line
        assert line.count("(") == line.count(")"), line


@pytest.mark.parametrize("name", [n for n in SENTENCES if n not in SAME])
def test_english_is_not_the_vietnamese_sentence(name: str) -> None:
    usual = next(calls(name, getattr(vi, name)))(), next(calls(name, getattr(en, name)))()
    assert usual[0] != usual[1]


def literals(module: ModuleType) -> Iterator[str]:
    """The string literals of the functions that users read, {} for what is filled in; docstrings are left out."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for function in (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name not in SAME):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        inside: set[int] = set()
        for node in (n for statement in body for n in ast.walk(statement)):
            if isinstance(node, ast.JoinedStr):
                inside |= {id(v) for v in node.values}
                yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                yield node.value


def test_english_has_vietnamese_only_in_brackets_and_quotation_marks() -> None:
    for literal in literals(en):
        rest = re.sub(r"\([^()]*\)|“[^“”]*”", "", literal)
        if literal != "Chưa xác định: ":  # a mark that the notes of authority.yaml begin with
            assert not VIETNAMESE.search(rest), literal


def test_vietnamese_has_no_english_left_but_the_way_to_english() -> None:
    english = re.compile(r"\b(the|please|this|not|you|is|are|document|provision)\b", re.IGNORECASE)
    assert [x for x in literals(vi) if english.search(x.replace("switch to English", ""))] == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_source_is_nfc(language: str) -> None:
    source = Path(str(LANGUAGES[language].__file__)).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", source)


# --- what must be said ------------------------------------------------------------------------------


@both
def test_amendment_that_is_not_held_is_told_with_its_doubt(say: ModuleType) -> None:
    for certain in (True, False):
        standing = Standing(Status.AMENDED_UNKNOWN, "303/2026/NĐ-CP", date(2026, 9, 15), date(2026, 9, 14), checked=False, certain=certain)
        line = say.status(standing, DECREE, date(2026, 11, 24), False)
        assert line.index(say.day(date(2026, 9, 14))) < line.index("303/2026/NĐ-CP")
        assert say.day(date(2026, 9, 15)) in line
    assert "Nghị định 303/2026/NĐ-CP" in vi.status(REPORTED, DECREE, date(2026, 11, 24), False)
    for words in ("áp dụng đến hết ngày 14/9/2026", "thông tin chưa đối chiếu", "chưa có văn bản đó", "xem bản chính thức"):
        assert words in vi.status(REPORTED, DECREE, date(2026, 11, 24), False)
    for words in ("applied until the end of 14 September 2026", "not been verified", "not held here", "official text"):
        assert words in en.status(REPORTED, DECREE, date(2026, 11, 24), False)


def test_it_says_that_a_machine_answers() -> None:
    for words in (vi.greeting("Cầu Nối"), vi.smalltalk("Cầu Nối"), vi.automatic(), vi.human("")):
        assert "trợ lý tự động" in words
    for words in (en.greeting("Cầu Nối"), en.smalltalk("Cầu Nối"), en.automatic(), en.human("")):
        assert "automatic assistant" in words


@both
@pytest.mark.parametrize("name", ["who_else", "human"])
def test_it_names_whom_to_ask(say: ModuleType, name: str) -> None:
    tell = getattr(say, name)
    for words in ("Sở Công Thương", "Trung tâm phục vụ hành chính công", HOTLINE):
        assert words in tell(HOTLINE)
    assert HOTLINE not in tell("")


def test_the_command_line_sends_reports_to_the_chat() -> None:
    for words in ("không nhận phản ánh", "/baocao"):
        assert words in vi.report_how("")
    assert "takes no reports" in en.report_how("")


def test_a_digest_is_not_called_the_official_words() -> None:
    assert vi.digest_mark() == "Bản tóm lược, không phải nguyên văn."
    assert "not the official words" in en.digest_mark()


def test_dates_cannot_be_misread() -> None:
    assert vi.day(date(2026, 9, 4)) == "4/9/2026"
    assert en.day(date(2026, 9, 4)) == "4 September 2026"


def test_places_are_english_and_keep_the_letters_of_the_law() -> None:
    assert en.place(REF) == "point c, clause 2, Article 8, Decree 32/2024/NĐ-CP"
    assert en.place(PLACES[2]) == "point đ, clause 3, Section II, Annex III, Decree 139/2025/NĐ-CP"
    assert en.see(Ref("32/2024/NĐ-CP", "8", "2"), "") == "Clause 2, Article 8, NĐ 32/2024"
    assert str(REF) in en.basis(REF, "")


# --- procedures, reports ----------------------------------------------------------------------------


def test_a_step_tells_all_that_the_law_says_of_it() -> None:
    card = next(c for c in CARDS if c.id == "thanh-lap-mo-rong")
    step = next(s for s in card.steps if s.id == "lap-ho-so")
    assert "Nghị định 32/2024/NĐ-CP" in vi.card_title(card)
    assert vi.card_step(6, step) == "Bước 6. Lập và gửi hồ sơ"
    lines = vi.card_step_lines(step)
    period = "Thời hạn: 5 ngày làm việc, tính từ ngày hết hạn nhận hồ sơ."
    for words in ("Ai làm: UBND cấp huyện", "Giấy tờ: tờ trình", "Nơi nhận: Sở Công Thương.", "Số lượng: 02", period):
        assert any(line.startswith(words) for line in lines), words
    assert "Time limit: 5 working days, from “ngày hết hạn nhận hồ sơ”." in en.card_step_lines(step)


def test_a_doubtful_day_is_marked_and_explained() -> None:
    said_of = {due.step.id: vi.schedule_line(due) for due in DUES[: len(CARDS[0].steps) + len(CARDS[1].steps)]}
    assert said_of["thong-bao"] == "Thông báo nhận hồ sơ: chậm nhất ngày 10/12/2026 (5 ngày làm việc). Ai làm: UBND cấp huyện."
    assert "dự kiến chậm nhất ngày 16/2/2027 (7 ngày làm việc)" in said_of["quyet-dinh"]
    assert "“dự kiến”" in vi.schedule_caution(2026)
    assert "“provisionally”" in en.schedule_caution(2026)
    assert "tính theo ngày làm việc, đã trừ ngày nghỉ lễ" in vi.schedule_how()


def test_a_day_that_is_too_late_is_not_called_the_last_one() -> None:
    duty = next(d for d in DUTIES if d.id == "tt14-san-xuat")
    assert vi.duty_lines(duty, date(2026, 12, 20))[0].startswith("Trước ngày 20/12/2026: ")
    assert en.duty_lines(duty, date(2026, 12, 20))[0].startswith("Before 20 December 2026: ")
