"""What a stranger found: days behind a day, days of no calendar, laws by name, what a text changed, news that were not told."""

from datetime import date

import pytest

from handlers.ask import reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.asked_force import effect_clause, entitled
from knowledge.asked_news import Turn, asks_for_news, window_of
from knowledge.changes import changes_by, news
from knowledge.citation import documents_named, law_by_name
from knowledge.corpus import assemble
from knowledge.dates import day_in, impossible_day, only_day
from knowledge.intent import Kind
from knowledge.parse import parse
from knowledge.provision import Ref
from knowledge.status import Status

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(("text", "day"), [
    ("sau 28/2/2027 ai cấp giấy phép bán lẻ rượu", date(2027, 3, 1)),
    ("sau ngày 31/12/2026 ai cấp", date(2027, 1, 1)),
    ("sau thang 2/2027 ai cap giay phep ban le ruou", date(2027, 3, 1)),
    ("sau tháng 12/2026 ai cấp", date(2027, 1, 1)),
    ("sau năm 2026 ai cấp", date(2027, 1, 1)),
    ("từ ngày 28/2/2027 ai cấp", date(2027, 2, 28)),
    ("trước 1/7/2025 ai cấp", date(2025, 6, 30)),
])
def test_behind_a_day_begins_the_next(text: str, day: date) -> None:
    named = day_in(text, TODAY)
    assert named is not None
    assert named.day == day


@pytest.mark.parametrize(("text", "bad"), [
    ("ngày 30/2 ai ký thành lập ccn", "30/2"), ("ngay 31 thang 4 nop", "31/4"), ("ngày 29/2 nộp", ""),
    ("điều 30/2", ""), ("30/2", "30/2"), ("sau 30/2 thì sao", "30/2"),
    ("ngày 30/2/2026", "30/2/2026"), ("ngày 31/4/2026", "31/4/2026"),
])
def test_a_day_of_no_calendar_without_a_year(text: str, bad: str) -> None:
    assert impossible_day(text) == bad


@pytest.mark.parametrize(("text", "law"), [
    ("dieu 21 luat dau tu", "luat dau tu"),
    ("khoản 2 Điều 21 Luật Tổ chức chính quyền địa phương nói gì", "Luật Tổ chức chính quyền địa phương"),
    ("luật đất đai 2024 điều 30", "luật đất đai"),
    ("dieu 8 luat nay noi gi", ""),
    ("điều 52 luật đầu tư số 61/2020/QH14", ""),
    ("điều 8 nghị định 32/2024", ""),
])
def test_a_law_that_is_told_by_its_name(text: str, law: str) -> None:
    assert law_by_name(text) == law


def test_an_article_of_a_law_that_is_not_held_is_no_article_of_a_decree(answers: Answers) -> None:
    answer = answers.to("dieu 52 luat dau tu 2020 noi gi", TODAY)
    assert (answer.kind, answer.reason, answer.missing) == (Kind.DECLINE, "unknown_document", "luat dau tu")


@pytest.mark.parametrize("text", ["vb nao sap het hieu luc", "nd nao sap het hieu luc"])
def test_short_names_of_texts_are_news(text: str) -> None:
    assert asks_for_news(text)
    assert window_of(text, TODAY).turn is Turn.ENDS


def test_news_of_a_subject_hold_what_suspends_it(answers: Answers) -> None:
    told = answers.to("có gì mới về rượu", TODAY).news or ()
    assert ("66.18/2026/NQ-CP", "begins") in {(n.document.number, n.kind) for n in told}


def test_news_of_a_subject_in_a_province(answers: Answers) -> None:
    assert answers.to("có gì mới về ccn ở Lào Cai", TODAY).news == answers.to("có gì mới về ccn", TODAY).news


def test_without_news_of_this_year_those_of_the_year_before_are_told(answers: Answers) -> None:
    answer = answers.to("có gì mới về khuyến công", TODAY)
    assert answer.window is not None
    assert answer.window.since == date(2025, 1, 1)


BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Điều 1. Phạm vi", "1. Một.", "2. Hai.", "Điều 2. Chấm dứt hiệu lực của giấy phép", "Lời.",
        "Điều 3. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành kể từ ngày ký ban hành.",
    ],
    number="17/2020/NĐ-CP",
)
AMENDING = parse(
    [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP",
        "1. Sửa đổi khoản 1 Điều 1 như sau:", "“1. Một mới.”", "2. Sửa đổi khoản 7 Điều 1 như sau:", "“7. Bảy.”",
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ],
    number="9/2030/NĐ-CP",
)
CORPUS = assemble([], [BASE, AMENDING])
AFTER = date(2030, 3, 15)


def test_what_a_text_changed() -> None:
    found = changes_by(CORPUS, "9/2030/NĐ-CP")
    assert [(c.ref.place(), c.old, c.new) for c in found] == [("khoản 1 Điều 1", "Một.", "Một mới.")]
    assert changes_by(CORPUS, "9/2030/NĐ-CP", "1/2020/NĐ-CP") == changes_by(CORPUS, "30/NĐ-CP") == []


@pytest.mark.parametrize("text", ["nd 235/2025 sua doi gi", "nđ 235/2025 sửa gì của nđ 45/2012"])
def test_an_amending_text_tells_what_it_changed(answers: Answers, text: str) -> None:
    answer = answers.to(text, TODAY)
    said = reply_to(answer, answers.corpus, texts("vi"), name="", hotline="").text()
    assert "Điều 1 Nghị định 45/2012/NĐ-CP, từ ngày 15/10/2025" in said
    assert "chưa có lời văn nào thay đổi" not in said


def test_what_the_text_that_was_spoken_of_changed(answers: Answers) -> None:
    found = answers.to("văn bản này sửa gì", TODAY, Ref("235/2025/NĐ-CP", "1")).changes or ()
    assert {c.ref.document for c in found} >= {"45/2012/NĐ-CP"}


def test_orders_of_a_held_text_that_were_not_applied_are_news_of_their_own() -> None:
    window = window_of("có gì mới từ 1/1/2030", AFTER)
    assert [(n.kind, n.partly) for n in news(CORPUS, window, AFTER) if n.document is CORPUS.documents["17/2020/NĐ-CP"]] == [
        ("changed", False), ("amended_unknown", True),
    ]
    touched = Answers(CORPUS, None, None).force(CORPUS.documents["17/2020/NĐ-CP"], AFTER).touched  # type: ignore[arg-type]
    assert [(e.by, e.held) for e in touched] == [("9/2030/NĐ-CP", True)]


def test_the_end_of_a_licence_is_no_clause_on_effect() -> None:
    clause = effect_clause(CORPUS, CORPUS.documents["17/2020/NĐ-CP"])
    assert clause is not None
    assert clause.ref.article == "3"


def test_who_acts_no_more_names_the_text_that_ended_it(answers: Answers) -> None:
    answer = answers.to("ai cấp giấy chứng nhận đủ điều kiện sản xuất hóa chất", TODAY)
    assert "khoản 4 Điều 31 Nghị định 26/2026/NĐ-CP" in {r.basis for o in answer.authority for r in o.readings}


def test_a_title_alone_is_its_document(answers: Answers) -> None:
    found = entitled("che do bao cao dinh ky ve cum cong nghiep noi gi", answers.corpus)
    assert found is not None
    assert found.number == "14/2024/TT-BCT"
    assert entitled("ai quan ly cum cong nghiep", answers.corpus) is None


def test_a_decision_in_short() -> None:
    assert [m.kind for m in documents_named("qdinh 2646 nói gì")] == ["Quyết định"]


@pytest.mark.parametrize(("text", "day"), [
    ("trước 1/7/2025", date(2025, 6, 30)), ("sau 28/2/2027 thì sao", date(2027, 3, 1)), ("còn ngày 1/3/2027", date(2027, 3, 1)), ("trước 8.2", None),
])
def test_a_side_of_a_day_alone(text: str, day: date | None) -> None:
    assert only_day(text, TODAY) == day


def test_which_text_ends_is_not_asked_of_what_was_spoken_of(answers: Answers) -> None:
    assert answers.to("nghị định nào hết hiệu lực trong năm 2027", TODAY, Ref("146/2025/NĐ-CP", "52"), TODAY).news


@pytest.mark.parametrize(("text", "article", "force"), [
    ("còn hiệu lực không", "52", False), ("dieu nay con hieu luc ko", "52", False), ("nd nay con hieu luc ko", None, True),
    ("văn bản này hết hiệu lực khi nào", None, True),
])
def test_is_what_was_spoken_of_in_force(answers: Answers, text: str, article: str | None, force: bool) -> None:
    answer = answers.to(text, TODAY, Ref("146/2025/NĐ-CP", "52"))
    assert answer.kind is Kind.ANSWER
    assert (answer.force is not None) is force
    assert article is None or (answer.shown[0].ref.article, answer.cited[0].standing.status) == (article, Status.REPEALED)


@pytest.mark.parametrize("text", ["nđ 139 có gì mới", "co gi moi ve nd 139/2025"])
def test_news_of_one_text(answers: Answers, text: str) -> None:
    told = {(n.day, n.document.number, n.kind) for n in answers.to(text, TODAY).news or ()}
    assert {(date(2027, 3, 1), "139/2025/NĐ-CP", "ends"), (date(2026, 9, 15), "139/2025/NĐ-CP", "amended_unknown")} <= told
    assert not any(number in ("45/2012/NĐ-CP", "235/2025/NĐ-CP") for _, number, _ in told)


def test_of_a_text_that_is_not_held_no_news_are_told(answers: Answers) -> None:
    assert answers.to("nđ 303/2026 có gì mới", TODAY).reason == "not_held"


@pytest.mark.parametrize("text", ["luat hoa chat 2007 con hieu luc khong", "Luật Hóa chất 2007 hết hiệu lực khi nào"])
def test_the_force_of_a_law_by_its_alias(answers: Answers, text: str) -> None:
    answer = answers.to(text, TODAY)
    assert answer.document is not None
    assert (answer.reason, answer.document.number) == ("not_held", "06/2007/QH12")
