"""Every sentence about reports exists in every language, is well formed, and says what it must."""

import ast
import inspect
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from handlers.texts import REPORTS, report_texts, reports_en, reports_vi
from knowledge.calendar import Unit
from knowledge.provision import Ref
from reports.deadlines import Clock, Due, Step
from reports.errors import BadFile
from reports.model import Author, NameSeen, NoticeKind, Problem, Regime, Report, ReporterKind, Unfixed
from reports.number import shown
from reports.routing import Desk
from reports.states import State

REF = Ref("32/2024/NĐ-CP", "8", "2", "c")
PLACES = (
    REF, Ref("32/2024/NĐ-CP", "8"), Ref("139/2025/NĐ-CP", "Phụ lục III", "II.3", "đ"), Ref("14/2024/TT-BCT", "Biểu số 02"), Ref("20/CT-BCT", "Mục 1", "3"),
)  # fmt: skip
NUMBER, CODE = "4827193056", "0123456789abcdef0123456789abcd"
TEXT = "Xã chưa rõ ai thẩm định hồ sơ mở rộng cụm công nghiệp."
TEXTS = (TEXT, f"{TEXT} " * 20 + "Hết.", "")
FILE = "Công văn xã Phú Bình.pdf"
MINISTRY = Desk("ministry", "Cục Đổi mới sáng tạo, Chuyển đổi xanh và Khuyến công, Bộ Công Thương")
DEPARTMENT = Desk("department-19", "Sở Công Thương Tỉnh Thái Nguyên")
DAY, AT = date(2026, 12, 3), datetime(2026, 12, 3, 7, 5, tzinfo=UTC)
REPORT = Report("r", None, State.ANSWERED, number=NUMBER, text=TEXT, provision=REF, regime=Regime.APPLYING, problem=Problem.UNCLEAR)
FIELDS = ("what", "where", "trouble", "who", "place", "wish")
# What each parameter may be; the first is the usual case. A parameter that is not here fails the tests.
SAMPLES: dict[str, tuple[object, ...]] = {
    "agreed": (True, False), "answered": (True, False), "asked": TEXTS[:2], "at": (AT, None), "author": tuple(Author), "chat_days": (90, 1),
    "channel": ("zalo",), "chat": ("g5",),
    "code": (CODE,), "contact": ("0912 345 678, an@example.vn", ""), "copied": ((DEPARTMENT,), (MINISTRY, DEPARTMENT), ()), "count": (3, 1),
    "desk": (DEPARTMENT, MINISTRY), "drafts": (1, 0),
    "due": tuple(
        Due(Clock(step, days, unit, "Nghị định 20/2008/NĐ-CP", checked=False), DAY, certain)
        for step in Step for days in (15, 1) for unit in Unit for certain in (True, False)
    ),
    "facts": (
        {"desk": DEPARTMENT.name, "why": "Đúng thẩm quyền.", "state": "answered"}, {"state": "out_of_scope"}, {"state": "withdrawn"}, {},
    ),
    "fault": (REF, *PLACES[1:], *Unfixed), "files": (2, 0), "former": ("Xã Tân Lập, Huyện Chợ Đồn, Tỉnh Bắc Kạn",), "free_at": (AT,),
    "late": (True, False), "length": (12_345,), "limit": (5, 1, 10_000), "messages": (4, 0), "named": (True, False),
    "names": ((FILE, "anh.jpg"), (FILE,) * 20), "number": (NUMBER,), "only_photos": (False, True), "of": (6,), "place": ("Xã Phú Bình, Tỉnh Thái Nguyên", ""),
    "problem": tuple(Problem), "province": ("Tỉnh Thái Nguyên",), "quoting": (True, False),
    "raw_days": (30, 1), "reason": tuple(BadFile), "received": (3, 0), "ref": PLACES, "regime": tuple(Regime),
    "report": (
        REPORT, Report("r", None, State.RECEIVED, number=NUMBER, text=TEXTS[1], provision=Unfixed.UNKNOWN, regime=Regime.DOCUMENT, problem=Problem.OTHER),
        Report("r", None, State.UNDER_REVIEW, number=NUMBER, text=TEXT), Report("r", None, State.FORWARDED, number=NUMBER, text=TEXT, provision=Unfixed.NONE),
    ),
    "reports": (3, 1, 0), "running": (2, 1, 0), "seen": tuple(NameSeen), "stamp": ("tối mật",), "state": tuple(State), "text": TEXTS[:2],
    "told": ("Trong 7 ngày làm việc.", "", TEXTS[1]), "trouble": ("too_large", "gone"), "value": (DAY,), "what": ("reports", "attachments"),
    "why": ("Vướng mắc thuộc thẩm quyền của Sở.",),
}  # fmt: skip
# Where one function means something else by a name, or may be told nothing.
OWN: dict[str, tuple[object, ...]] = {
    "desk_title.what": ("new", "news", "unsent", "late"), "not_reached.reason": ("window", "blocked", "Forbidden: bot was blocked", "account: -224"),
    "enrolled.name": ("Trần Thị Bình, Phòng Quản lý công nghiệp",),
    **{f"ask_{name}.number": (1, 6) for name in FIELDS}, "similar_line.number": (1, 12), "join_it.number": (1, 12),
    "field_name.step": FIELDS, "summary_line.step": FIELDS, "summary_line.text": TEXTS, "has_draft.text": TEXTS, "due_on.step": tuple(Step),
    "notice.kind": tuple(NoticeKind), "notice_how.kind": (NoticeKind.ASKED, *NoticeKind), "reporter_kind.kind": tuple(ReporterKind),
    "held_lines.kind": ("Khác", ""), "held_lines.name": ("Nguyễn Văn An", ""), "summary_name.name": ("Nguyễn Văn An", ""),
    "official_says.name": ("Trần Thị Bình", ""), "thread_line.name": ("Trần Thị Bình", ""), "file_kept.number": (NUMBER, ""),
    "bad_file.name": (FILE, "x" * 120), "file_trouble.name": (FILE, "x y" * 40), "file_kept.name": (FILE, "x y" * 40), "carried.count": (3, 1, 0),
    "my_reports_title.count": (3, 1, 0), "place_now.name": ("Xã Quảng Bạch, Tỉnh Thái Nguyên",),
}  # fmt: skip
MAY_BE_EMPTY = {"notice_how"}
SAME = {"open_number"}  # a number has no language
COMMANDS = {
    reports_vi: {"/baocao", "/cuatoi", "/tracuu", "/traloi", "/riengtu", "/xoa", "/noi", "/huy", "/quaylai", "/boqua", "/lienket", "/canbo", "/nhom"},
    reports_en: {"/report", "/mine", "/status", "/answer", "/privacy", "/erase", "/carry", "/cancel", "/back", "/skip", "/link", "/canbo", "/nhom"},
}
VIETNAMESE = re.compile(r"[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)


def public(module: ModuleType) -> dict[str, Callable[..., Any]]:
    return {n: f for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module.__name__ and not n.startswith("_")}


SENTENCES = sorted(public(reports_vi))
both = pytest.mark.parametrize("say", [reports_vi, reports_en], ids=["vi", "en"])


def calls(name: str, function: Callable[..., Any]) -> Iterator[Callable[[], Any]]:
    """The usual call, then one call for each other sample of each parameter; of a notice, every kind with all facts."""
    samples = {p: OWN.get(f"{name}.{p}") or SAMPLES[p] for p in inspect.signature(function).parameters}
    usual = {p: found[0] for p, found in samples.items()}
    yield partial(function, **usual)
    for parameter, found in samples.items():
        for sample in found[1:]:
            yield partial(function, **{**usual, parameter: sample})
    if name == "notice":
        for kind in NoticeKind:
            for facts in SAMPLES["facts"]:
                yield partial(function, kind, NUMBER, facts)
    if name == "held_lines":
        yield partial(function, "", "", "", "", 0, 0, 0, 0)


def said(name: str, function: Callable[..., Any]) -> list[str]:
    """All that the samples make a function say, line by line."""
    found: list[str] = []
    for call in calls(name, function):
        words = call()
        found += [words] if isinstance(words, str) else words
    return found


def everything(say: ModuleType) -> list[str]:
    return [line for name in SENTENCES for line in said(name, getattr(say, name))]


def test_every_language_has_the_same_sentences() -> None:
    for language, module in REPORTS.items():
        assert set(public(module)) == set(SENTENCES), language
        for name, function in public(module).items():
            assert inspect.signature(function) == inspect.signature(getattr(reports_vi, name)), f"{language}: {name}"


def test_samples_are_all_used() -> None:
    taken = {(name, p) for name in SENTENCES for p in inspect.signature(getattr(reports_vi, name)).parameters}
    assert set(SAMPLES) <= {p for name, p in taken if f"{name}.{p}" not in OWN}
    assert set(OWN) <= {f"{name}.{p}" for name, p in taken}


def test_an_unknown_language_is_answered_in_vietnamese() -> None:
    assert report_texts("en") is reports_en
    assert report_texts("fr") is reports_vi


@both
@pytest.mark.parametrize("name", SENTENCES)
def test_sentence_is_whole(say: ModuleType, name: str) -> None:
    lines = said(name, getattr(say, name))
    assert lines
    for line in lines:
        assert line or name in MAY_BE_EMPTY
        assert line == line.strip()
        assert unicodedata.is_normalized("NFC", line)
        assert not re.search(r"\s{2}|[\t\n\r]|\bNone\b|[{}]|\(\s*\)| [.,;:!?)]|\.\.|,[.;,]|[;:]\.|…\.", line), line
        for opened, closed in ("()", "“”", "[]"):
            assert line.count(opened) == line.count(closed), line


@both
def test_a_report_without_a_provision_has_no_words_for_one(say: ModuleType) -> None:
    assert say.provision(None) == ""


@pytest.mark.parametrize("name", [n for n in SENTENCES if n not in SAME])
def test_english_is_not_the_vietnamese_sentence(name: str) -> None:
    assert next(calls(name, getattr(reports_vi, name)))() != next(calls(name, getattr(reports_en, name)))()


def literals(module: ModuleType) -> Iterator[str]:
    """The string literals that users read, {} for what is filled in; docstrings and the templates of numbers are left out."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for function in (n for n in tree.body if isinstance(n, ast.FunctionDef)):
        body = function.body[1:] if ast.get_docstring(function) else function.body
        inside: set[int] = set()
        for node in (n for statement in body for n in ast.walk(statement)):
            if isinstance(node, ast.JoinedStr):
                inside |= {id(v) for v in node.values}
                yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                yield node.value


def test_english_has_vietnamese_only_in_brackets_and_quotation_marks() -> None:
    for literal in literals(reports_en):
        rest = re.sub(r"\([^()]*\)|“[^“”]*”", "", literal)
        assert not VIETNAMESE.search(rest), literal


def test_vietnamese_has_no_english_left() -> None:
    english = re.compile(r"\b(the|please|this|not|you|is|are|report|provision|draft)\b", re.IGNORECASE)
    assert [x for x in literals(reports_vi) if english.search(x)] == []


@both
def test_commands_are_those_of_the_language(say: ModuleType) -> None:
    found = {command for literal in literals(say) for command in re.findall(r"(?<![\w}])/[a-z]\w+", literal.replace("anh/chị", ""))}
    assert found
    assert found <= COMMANDS[say]


@pytest.mark.parametrize("language", sorted(REPORTS))
def test_source_is_nfc(language: str) -> None:
    source = Path(str(REPORTS[language].__file__)).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", source)


def test_vietnamese_is_polite() -> None:
    """Nobody is spoken to as "bạn", and no sentence ends in the "giúp" of talk among friends."""
    for line in everything(reports_vi):
        assert not re.search(r"\bbạn\b|\bgiúp\.", line, re.IGNORECASE), line


@both
def test_nothing_is_called_by_a_label_that_is_not_there(say: ModuleType) -> None:
    """A choice that a sentence names is named as it stands on the choice."""
    assert f"“{say.place_unknown()}”" in say.place_not_found()
    for kind in (NoticeKind.REPLIED, NoticeKind.CLOSED):
        assert f"“{say.reopen()}”" in say.notice_how(kind)


# --- what must be said --------------------------------------------------------------------------------


def test_a_receipt_says_that_it_does_not_replace_a_dispatch() -> None:
    assert reports_vi.no_dispatch() == "Phản ánh này không thay cho công văn, văn bản chính thức."
    assert reports_en.no_dispatch() == "This report does not replace an official dispatch (công văn)."


@both
def test_a_receipt_names_number_desk_and_code(say: ModuleType) -> None:
    assert "CN 482 719 3056" in say.receipt_title(NUMBER)
    assert MINISTRY.name in say.receipt_desk(MINISTRY, ())
    assert say.receipt_desk(MINISTRY, (DEPARTMENT,)).endswith(f": {DEPARTMENT.name}.")
    assert f" {shown(NUMBER)} {CODE}”" in say.receipt_code(NUMBER, CODE)  # the quotation mark ends what is to be typed


def test_a_code_is_shown_once_and_opens_the_report_for_anyone() -> None:
    for words in ("chỉ hiện một lần", "ai có mã này đều xem được"):
        assert words in reports_vi.receipt_code(NUMBER, CODE)
    for words in ("shown only once", "whoever has it"):
        assert words in reports_en.receipt_code(NUMBER, CODE)


def test_a_receipt_without_name_says_that_it_cannot_be_exported() -> None:
    for words in ("không có đủ tên và thông tin liên hệ", "không chuyển được sang Cổng Dịch vụ công quốc gia"):
        assert words in reports_vi.not_exportable()
    for words in ("both a name and a contact", "cannot be passed on", "Cổng Dịch vụ công quốc gia"):
        assert words in reports_en.not_exportable()
    assert "không chuyển được sang Cổng Dịch vụ công quốc gia" in reports_vi.name_notice()
    assert "cannot be passed on" in reports_en.name_notice()


def test_internal_dates_are_called_so() -> None:
    assert "thời hạn nội bộ" in reports_vi.internal_dates()
    assert "thời hạn nội bộ" in reports_vi.answer_by(DAY)
    assert "internal time limits" in reports_en.internal_dates()
    assert "internal time limit" in reports_en.answer_by(DAY)


def test_days_are_told_with_their_count_and_their_doubt() -> None:
    def due(unit: Unit, certain: bool) -> Due:
        return Due(Clock(Step.ANSWER, 15, unit, "", checked=False), DAY, certain)

    assert reports_vi.due_line(due(Unit.CALENDAR, True)) == "Trả lời: chậm nhất ngày 3/12/2026 (15 ngày)"
    assert reports_vi.due_line(due(Unit.WORKING, False)) == "Trả lời: dự kiến chậm nhất ngày 3/12/2026 (15 ngày làm việc)"
    assert reports_en.due_line(due(Unit.CALENDAR, True)) == "Answer: no later than 3 December 2026 (15 calendar days)"
    assert reports_en.due_line(due(Unit.WORKING, False)) == "Answer: provisionally no later than 3 December 2026 (15 working days)"


def test_classified_words_are_not_stored_and_the_stamp_is_named() -> None:
    for words in ("tối mật", "không được tiếp nhận và không được lưu"):
        assert words in reports_vi.classified("tối mật")
    for words in ("tối mật", "was not accepted and was not stored"):
        assert words in reports_en.classified("tối mật")


def test_the_words_of_an_official_are_marked_as_those_of_a_human() -> None:
    assert reports_vi.human_words() == "Nội dung này do cán bộ viết, không phải do trợ lý tự động."
    assert reports_en.human_words() == "This was written by an official, not by the automatic assistant."
    for name in ("Trần Thị Bình", ""):
        assert "cán bộ" in reports_vi.official_says(name).lower()
        assert "official" in reports_en.official_says(name).lower()


@both
def test_a_thread_tells_machine_official_and_reporter_apart(say: ModuleType) -> None:
    lines = {author: say.thread_line(author, "Trần Thị Bình", TEXT, AT) for author in Author}
    assert len(set(lines.values())) == len(Author)
    assert "Trần Thị Bình" in lines[Author.OFFICIAL]
    assert "Trần Thị Bình" not in lines[Author.MACHINE]
    assert ("tự động" if say is reports_vi else "Automatic") in lines[Author.MACHINE]


def test_complaints_are_shown_where_they_go() -> None:
    for words in ("không tiếp nhận khiếu nại, tố cáo", "Luật Khiếu nại", "Luật Tố cáo", "nơi tiếp công dân"):
        assert words in reports_vi.divert()
    for words in ("does not take complaints or denunciations", "Luật Khiếu nại", "Luật Tố cáo", "nơi tiếp công dân"):
        assert words in reports_en.divert()


def test_no_secrets_and_no_identity_cards_are_asked_for() -> None:
    for words in ("bí mật nhà nước", "tài liệu đóng dấu mật", "thẻ căn cước"):
        assert words in reports_vi.no_secrets()
    for words in ("state secrets", "stamped as secret", "identity cards"):
        assert words in reports_en.no_secrets()


@both
def test_before_the_first_word_a_person_is_told_how_to_see_and_erase_their_data(say: ModuleType) -> None:
    commands = ("/riengtu", "/xoa") if say is reports_vi else ("/privacy", "/erase")
    for command in commands:
        assert command in say.data_notice()


@both
def test_rights_name_their_law_and_how_long_things_are_kept(say: ModuleType) -> None:
    lines = say.privacy_lines(30, 90)
    assert "91/2025/QH15" in lines[-1]
    assert any("30" in line and "90" in line for line in lines)


@both
def test_an_erasure_says_what_it_stops(say: ModuleType) -> None:
    final, stops = {
        reports_vi: ("không khôi phục được", "2 phản ánh đang xử lý sẽ dừng"), reports_en: ("cannot be restored", "2 reports that are being handled will stop"),
    }[say]  # fmt: skip
    assert final in say.ask_erase(3, 0)
    assert stops in say.ask_erase(3, 2)
    assert "0" not in say.ask_erase(3, 0)


@both
def test_a_joined_report_is_not_said_to_wait_for_what_may_have_come(say: ModuleType) -> None:
    """One may join a report that was answered: its state is the same."""
    assert ("chờ" if say is reports_vi else "wait") not in say.state_name(State.MERGED)


@both
def test_every_state_and_every_kind_has_its_own_name(say: ModuleType) -> None:
    assert len({say.state_name(s) for s in State}) == len(State)
    assert len({say.trouble(Regime.APPLYING, p) for p in Problem}) == len(Problem)
    assert len({say.reporter_kind(k) for k in ReporterKind}) == len(ReporterKind)
    assert len({say.bad_file(FILE, r) for r in BadFile}) == len(BadFile)
    assert len({say.notice(k, NUMBER, {"desk": "Sở", "state": "answered"}) for k in NoticeKind}) == len(NoticeKind)


def test_figures_are_written_as_in_the_language() -> None:
    assert "12.345 ký tự" in reports_vi.too_long_words(12_345, 10_000)
    assert "12,345 characters" in reports_en.too_long_words(12_345, 10_000)


def test_one_thing_is_one_thing_in_english() -> None:
    for line in everything(reports_en):
        assert not re.search(r"(?<![\d,.\-])\b1 (?!of\b)(?:\w+ )?(?:reports|places|days|files|people)\b", line), line


@both
def test_a_long_text_is_cut_between_words(say: ModuleType) -> None:
    line = say.has_draft(TEXTS[1])
    assert len(line) < 260
    assert line.endswith("…”.")
