"""A khoản repealed by an applied order did not say by what, and its former official words were no longer shown."""

from datetime import date
from typing import cast

import pytest

from bot.web_law import status_line, units
from bot.web_texts import VI
from handlers.ask import reply_to
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.authority import Authority
from knowledge.changes import changes
from knowledge.corpus import assemble
from knowledge.parse import parse
from knowledge.provision import Ref
from knowledge.search import Search
from knowledge.status import Status, standing

BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Điều 1. Phạm vi", "1. Một.", "2. Hai.", "Điều 2. Điều kiện", "1. Gồm:", "a) Đất;", "b) Vốn.",
        "2. Thời hạn.", "Điều 3. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ],
    number="17/2020/NĐ-CP",
)
AMENDING = parse(
    [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP ngày 1 tháng 1 năm 2020",
        "1. Bãi bỏ Điều 1.", "2. Bãi bỏ điểm a khoản 1 Điều 2.", "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ],
    number="9/2030/NĐ-CP",
)
CORPUS = assemble([], [BASE, AMENDING])
AFTER = date(2030, 3, 15)


def at(article: str, clause: str | None = None, point: str | None = None) -> Ref:
    return Ref("17/2020/NĐ-CP", article, clause, point)


@pytest.mark.parametrize(("ref", "by"), [(at("1"), "khoản 1 Điều 1"), (at("1", "2"), "khoản 1 Điều 1"), (at("2", "1", "a"), "khoản 2 Điều 1")])
def test_the_repealing_provision_and_its_day_are_told(ref: Ref, by: str) -> None:
    provision = CORPUS.get(ref)
    assert provision is not None
    found = standing(CORPUS, provision, AFTER)
    assert (found.status, found.by, found.basis, found.since) == (Status.REPEALED, "9/2030/NĐ-CP", by, AFTER)


@pytest.mark.parametrize(("ref", "words"), [(at("1", "2"), "“2. Hai.”"), (at("1"), "“1. Một.”"), (at("2", "1", "a"), "“a) Đất;”")])
def test_former_words_are_shown_as_former(ref: Ref, words: str) -> None:
    answers = Answers(CORPUS, cast(Search, None), Authority([]))
    said = reply_to(answers.place(ref, AFTER), CORPUS, texts("vi"), name="", hotline="").text()
    assert "đã bị bãi bỏ từ ngày 15/3/2030" in said or "điểm a" in said.lower()
    assert "không còn hiệu lực từ ngày 15/3/2030" in said
    assert words in said
    assert "9/2030/NĐ-CP" in said


def test_an_article_says_which_of_its_parts_has_ended() -> None:
    answers = Answers(CORPUS, cast(Search, None), Authority([]))
    said = reply_to(answers.place(at("2"), AFTER), CORPUS, texts("vi"), name="", hotline="").text()
    assert "Điểm a khoản 1 Điều 2 không còn hiệu lực từ ngày 15/3/2030 (theo khoản 2 Điều 1 Nghị định 9/2030/NĐ-CP)." in said
    assert "Đất" not in said


def test_the_end_of_a_place_names_what_ended_it() -> None:
    assert {c.by for c in changes(CORPUS, at("1"))} == {"khoản 1 Điều 1 Nghị định 9/2030/NĐ-CP"}


def test_the_page_of_an_article_shows_its_former_words() -> None:
    page = units(VI, CORPUS, CORPUS.by_ref[at("1")], AFTER)
    assert [(u.official, u.notes) for u in page] == [
        (words, ("Lời văn trước đây, không còn hiệu lực từ ngày 15/3/2030.",)) for words in ("Một.", "Hai.")
    ]
    assert "khoản 1 Điều 1 Nghị định số 9/2030/NĐ-CP, từ ngày 15/3/2030" in status_line(VI, CORPUS, CORPUS.by_ref[at("1")], AFTER).reasons
