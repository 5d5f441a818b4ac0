"""Amendments applied: versions with their days, nothing guessed, and yesterday's text back when the amendment is taken out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.consolidate import Why, consolidate
from knowledge.corpus import Corpus, assemble, load_digests
from knowledge.formats import read_lines
from knowledge.orders import OrderKind
from knowledge.parse import parse
from knowledge.provision import Document, Ref
from knowledge.status import Status, standing

BEFORE, AFTER = date(2030, 3, 14), date(2030, 3, 15)
BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020",
        "Điều 1. Phạm vi", "1. Nghị định này quy định việc A ở cấp huyện.", "2. Việc B do cơ quan cấp huyện làm.",
        "Điều 2. Điều kiện", "1. Điều kiện gồm:", "a) Có đất;", "b) Có vốn.", "2. Thời hạn là 10 ngày.", "3. Cơ quan cấp huyện trả lời.",
        "Điều 3. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ],
    number="17/2020/NĐ-CP",
)


def amending(*clauses: str, number: str = "9/2030/NĐ-CP", day: str = "15 tháng 3 năm 2030", target: str = "17/2020/NĐ-CP") -> Document:
    lines = [
        f"Số: {number}", "Hà Nội, ngày 1 tháng 2 năm 2030", f"Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số {target} ngày 1 tháng 1 năm 2020",
        *clauses, "Điều 2. Hiệu lực thi hành", f"Nghị định này có hiệu lực thi hành từ ngày {day}.",
    ]
    return parse(lines, number=number)


def words(documents: Sequence[Document], place: Ref, day: date) -> str | None:
    provision = Corpus(documents).get(place)
    version = provision.worded(day) if provision else None
    return version.text if version else None


def at(article: str, clause: str | None = None, point: str | None = None) -> Ref:
    return Ref("17/2020/NĐ-CP", article, clause, point)


REPLACE = ("1. Sửa đổi khoản 2 Điều 2 như sau:", "“2. Thời hạn là 7 ngày làm việc.”")
INSERT = ("1. Bổ sung điểm c vào sau điểm b khoản 1 Điều 2 như sau:", "“c) Có người.”")
REPEAL = ("1. Bãi bỏ điểm a khoản 1 Điều 2.",)
REWORD = ("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại Điều 1, khoản 3 Điều 2.",)


@pytest.mark.parametrize(
    ("clauses", "place", "before", "after"),
    [
        (REPLACE, at("2", "2"), "Thời hạn là 10 ngày.", "Thời hạn là 7 ngày làm việc."),
        (INSERT, at("2", "1", "c"), None, "Có người."),
        (REPEAL, at("2", "1", "a"), "Có đất;", None),
        (REWORD, at("1", "2"), "Việc B do cơ quan cấp huyện làm.", "Việc B do cơ quan cấp xã làm."),
        (REWORD, at("2", "3"), "Cơ quan cấp huyện trả lời.", "Cơ quan cấp xã trả lời."),
        # a clause that is replaced takes its points with it
        (("1. Sửa đổi khoản 1 Điều 2 như sau:", "“1. Không cần điều kiện.”"), at("2", "1", "b"), "Có vốn.", None),
    ],
)
def test_versions_have_days(clauses: tuple[str, ...], place: Ref, before: str | None, after: str | None) -> None:
    done = consolidate([BASE, amending(*clauses)])
    assert done.unapplied == ()
    assert words(done.documents, place, BEFORE) == before
    assert words(done.documents, place, AFTER) == after
    assert words(done.documents, place, date(2031, 1, 1)) == after


def test_each_changed_piece_says_by_what() -> None:
    done = consolidate([BASE, amending(*REPLACE)])
    provision = Corpus(done.documents).get(at("2", "2"))
    assert provision is not None
    assert [(v.since, v.until, v.by) for v in provision.wording] == [
        (None, BEFORE, None), (AFTER, None, "khoản 1 Điều 1 Nghị định số 9/2030/NĐ-CP"),
    ]


def test_a_heading_has_days() -> None:
    done = consolidate([BASE, amending("1. Sửa đổi tên Điều 2 như sau:", "“Điều 2. Điều kiện mới”")])
    provision = Corpus(done.documents).get(at("2", "2"))
    assert provision is not None
    assert (provision.titled(BEFORE), provision.titled(AFTER)) == ("Điều kiện", "Điều kiện mới")


@pytest.mark.parametrize(
    ("clauses", "why"),
    [
        (("1. Sửa đổi khoản 9 Điều 2 như sau:", "“9. Lời.”"), Why.NO_SUCH_PLACE),
        (("1. Thay thế cụm từ “liên xã” bằng cụm từ “xã” tại khoản 2 Điều 2.",), Why.NO_SUCH_WORDS),
        (("1. Bổ sung khoản 3 vào sau khoản 2 Điều 2 như sau:", "“3. Lời khác.”"), Why.ALREADY_THERE),
        (("1. Bãi bỏ Điều 8.",), Why.NO_SUCH_PLACE),
    ],
)
def test_what_cannot_be_applied_is_listed_and_changes_nothing(clauses: tuple[str, ...], why: Why) -> None:
    done = consolidate([BASE, amending(*clauses)])
    assert [u.why for u in done.unapplied] == [why]
    assert [p.wording for p in done.documents[0].provisions] == [p.wording for p in BASE.provisions]


def test_a_place_that_was_not_applied_is_marked_as_amended() -> None:
    done = consolidate([BASE, amending("1. Thay thế cụm từ “liên xã” bằng cụm từ “xã” tại khoản 2 Điều 2.")])
    corpus = Corpus(done.documents)
    provision, other = corpus.get(at("2", "2")), corpus.get(at("1", "1"))
    assert provision is not None
    assert other is not None
    assert standing(corpus, provision, AFTER).status is Status.AMENDED_UNKNOWN
    assert standing(corpus, provision, BEFORE).status is Status.IN_FORCE
    assert standing(corpus, other, AFTER).status is Status.IN_FORCE


def test_a_document_that_is_not_held_is_listed() -> None:
    done = consolidate([BASE, amending("1. Bãi bỏ Điều 1.", target="3/2001/NĐ-CP")])
    assert [u.why for u in done.unapplied] == [Why.NOT_HELD]


def test_an_amendment_of_an_amended_place() -> None:
    later = amending(*("1. Sửa đổi khoản 2 Điều 2 như sau:", "“2. Thời hạn là 5 ngày.”"), number="3/2031/NĐ-CP", day="1 tháng 1 năm 2031")
    done = consolidate([BASE, later, amending(*REPLACE)])
    assert [words(done.documents, at("2", "2"), d) for d in (BEFORE, AFTER, date(2031, 1, 1))] == [
        "Thời hạn là 10 ngày.", "Thời hạn là 7 ngày làm việc.", "Thời hạn là 5 ngày.",
    ]


def test_a_text_without_a_day_changes_nothing() -> None:
    undated = parse(["Số: 9/2030/NĐ-CP", "Điều 1. Sửa đổi Nghị định số 17/2020/NĐ-CP", "1. Bãi bỏ Điều 1 Nghị định số 17/2020/NĐ-CP."], number="9/2030/NĐ-CP")
    done = consolidate([BASE, undated])
    assert {u.why for u in done.unapplied} == {Why.NO_DAY}


def test_new_wording_is_not_reworded_by_its_own_text() -> None:
    both = amending(
        "1. Sửa đổi khoản 3 Điều 2 như sau:", "“3. Cấp huyện cũ không còn.”",
        "2. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại Điều 1, khoản 3 Điều 2.",
    )
    assert words(consolidate([BASE, both]).documents, at("2", "3"), AFTER) == "Cấp huyện cũ không còn."


def test_two_rewordings_of_one_place_on_one_day_both_hold() -> None:
    """The second began again from the old words, and both counted as applied."""
    both = amending(
        "1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại khoản 2 Điều 1.",
        "2. Thay thế cụm từ “cơ quan” bằng cụm từ “Ủy ban nhân dân” tại khoản 2 Điều 1.",
    )
    assert words(consolidate([BASE, both]).documents, at("1", "2"), AFTER) == "Việc B do Ủy ban nhân dân cấp xã làm."
    provision = Corpus(consolidate([BASE, both]).documents).get(at("1", "2"))
    assert provision is not None
    assert provision.wording[-1].by == "khoản 1 Điều 1, khoản 2 Điều 1 Nghị định số 9/2030/NĐ-CP"


def test_new_words_are_not_changed_again() -> None:
    chained = amending(
        "1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại khoản 2 Điều 1.", "2. Thay thế cụm từ “cấp xã” bằng cụm từ “cấp tỉnh” tại Điều 1.",
    )
    assert words(consolidate([BASE, chained]).documents, at("1", "2"), AFTER) == "Việc B do cơ quan cấp xã làm."


@pytest.mark.parametrize(
    ("clause", "after"),
    [
        # places may go on after the last semicolon, before the new words
        ("1. Thay thế cụm từ “cấp huyện” tại khoản 1 Điều 1; khoản 3 Điều 2 thành cụm từ “cấp xã”.", "Cơ quan cấp xã trả lời."),
        # brackets inside quoted words belong to them
        ("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã (phường)” tại khoản 3 Điều 2.", "Cơ quan cấp xã (phường) trả lời."),
        # words that stand there already are not doubled
        ("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “Cơ quan cấp huyện” tại khoản 3 Điều 2.", None),
        ("1. Bỏ cụm từ “cấp huyện” tại khoản 3 Điều 2.", "Cơ quan trả lời."),
        ("1. Bỏ cụm từ “trả lời” tại khoản 3 Điều 2.", "Cơ quan cấp huyện."),
        # a capital stays at the head of a unit
        ("1. Thay thế cụm từ “Cơ quan cấp huyện” bằng cụm từ “người có thẩm quyền” tại khoản 3 Điều 2.", "Người có thẩm quyền trả lời."),
        # a verb inside quoted words is a word
        ("1. Thay thế cụm từ “trả lời” bằng cụm từ “sửa đổi, bổ sung” tại khoản 3 Điều 2.", "Cơ quan cấp huyện sửa đổi, bổ sung."),
    ],
)
def test_words_as_they_are_ordered(clause: str, after: str | None) -> None:
    done = consolidate([BASE, amending(clause)])
    assert words(done.documents, at("2", "3"), AFTER) == (after or "Cơ quan cấp huyện trả lời.")


def test_a_heading_is_reworded_too() -> None:
    done = consolidate([BASE, amending("1. Thay thế cụm từ “Điều kiện” bằng cụm từ “Yêu cầu” tại Điều 2.")])
    provision = Corpus(done.documents).get(at("2"))
    assert provision is not None
    assert (provision.titled(BEFORE), provision.titled(AFTER)) == ("Điều kiện", "Yêu cầu")


def test_a_chapter_is_repealed_with_its_articles() -> None:
    base = parse(
        ["Số: 17/2020/NĐ-CP", "Chương I", "QUY ĐỊNH CHUNG", "Điều 1. A", "1. Một.", "Chương II", "QUY ĐỊNH RIÊNG", "Điều 2. B", "1. Hai.",
         "Điều 3. Hiệu lực", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020."],
        number="17/2020/NĐ-CP",
    )
    done = consolidate([base, amending("1. Bãi bỏ Chương II.")])
    assert (words(done.documents, at("1", "1"), AFTER), words(done.documents, at("2", "1"), AFTER)) == ("Một.", None)


def test_a_new_section_brings_its_articles() -> None:
    lines = ("“Chương Ia", "QUY ĐỊNH THÊM", "Điều 2a. Mới", "1. Một.", "Điều 2b. Mới nữa", "1. Hai.”")
    done = consolidate([BASE, amending("1. Bổ sung Chương Ia vào sau Điều 2 như sau:", *lines)])
    assert [words(done.documents, at(a, "1"), AFTER) for a in ("2a", "2b")] == ["Một.", "Hai."]


def test_a_law_may_be_named_by_its_title() -> None:
    provisions = tuple(replace(p, ref=replace(p.ref, document="54/2024/QH15")) for p in BASE.provisions)
    law = replace(BASE, number="54/2024/QH15", title="Luật Địa chất", provisions=provisions)
    amendment = parse(
        ["Số: 9/2030/QH16", "Điều 1. Sửa đổi, bổ sung một số điều của Luật Địa chất", "1. Bãi bỏ khoản 2 Điều 2.",
         "Điều 2. Hiệu lực thi hành", "Luật này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030."],
        number="9/2030/QH16",
    )
    assert words(consolidate([law, amendment]).documents, Ref("54/2024/QH15", "2", "2"), AFTER) is None


def test_a_text_of_lower_rank_amends_none_of_higher_rank() -> None:
    provincial = parse(
        ["Số: 77/2030/QĐ-UBND", "Điều 1. Điều chỉnh, bãi bỏ quyết định thành lập", "Việc bãi bỏ thực hiện theo Điều 1, Điều 2 Nghị định số 17/2020/NĐ-CP.",
         "Điều 2. Bãi bỏ Điều 1 Nghị định số 17/2020/NĐ-CP", "Bãi bỏ Điều 1 Nghị định số 17/2020/NĐ-CP.",
         "Điều 3. Hiệu lực thi hành", "Quyết định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030."],
        number="77/2030/QĐ-UBND",
    )
    done = consolidate([BASE, provincial])
    assert {u.why for u in done.unapplied} == {Why.NOT_ENTITLED}
    assert done.documents[0].provisions == BASE.provisions


def test_a_place_that_has_ended_is_not_revived() -> None:
    later = amending("1. Sửa đổi điểm a khoản 1 Điều 2 như sau:", "“a) Lại có.”", number="3/2031/NĐ-CP", day="1 tháng 1 năm 2031")
    done = consolidate([BASE, amending(*REPEAL), later])
    assert [u.why for u in done.unapplied] == [Why.ENDED]
    assert words(done.documents, at("2", "1", "a"), date(2031, 6, 1)) is None


def test_an_amendment_of_an_amendment_marks_what_it_reaches() -> None:
    """It was counted as applied and the amended decree kept the words of the first amendment, in force and unmarked."""
    nested = amending(
        "1. Sửa đổi khoản 1 Điều 1 như sau:", "“1. Sửa đổi khoản 2 Điều 2 như sau: “2. Thời hạn là 5 ngày.””",
        number="3/2031/NĐ-CP", day="1 tháng 1 năm 2031", target="19/2030/NĐ-CP",
    )
    done = consolidate([BASE, amending(*REPLACE, number="19/2030/NĐ-CP"), nested])
    corpus = Corpus(done.documents)
    provision = corpus.get(at("2", "2"))
    assert provision is not None
    assert Why.NESTED in {u.why for u in done.unapplied}
    found = standing(corpus, provision, date(2031, 6, 1))
    assert (found.status, found.partly) == (Status.AMENDED_UNKNOWN, True)


# properties ------------------------------------------------------------------------------------------------

AMENDMENTS = [
    amending(*clauses, number=f"{n}/2030/NĐ-CP", day=f"{n} tháng {m} năm 2030")
    for n, (clauses, m) in enumerate([(REPLACE, 3), (INSERT, 4), (REPEAL, 5), (REWORD, 6)], 1)
]


@given(st.lists(st.sampled_from(range(4)), unique=True))
def test_reversible_and_idempotent(chosen: list[int]) -> None:
    documents = [BASE, *(AMENDMENTS[n] for n in chosen)]
    done = consolidate(documents)
    assert consolidate(documents).documents == done.documents
    assert consolidate([BASE]).documents == (BASE,)  # taken out: yesterday's text is back
    kept = {d.number: d for d in done.documents}
    assert all(kept[AMENDMENTS[n].number].provisions == AMENDMENTS[n].provisions for n in chosen)


def test_the_order_of_the_files_does_not_matter() -> None:
    results = {
        tuple(sorted((str(p.ref), p.wording) for d in consolidate([BASE, *order]).documents for p in d.provisions)) for order in permutations(AMENDMENTS)
    }
    assert len(results) == 1


# real texts, and a text that was known before it was held ----------------------------------------------------


@pytest.mark.parametrize(
    ("amends", "amended", "applied", "unapplied"),
    [("tt-67-2025-bct.docx", "tt-43-2025-bct.docx", 4, 0), ("nd-21-2026.docx", "nd-193-2025.extract.docx", 302, 16)],
)
def test_real_pairs(shared: Path, amends: str, amended: str, applied: int, unapplied: int) -> None:
    documents = [parse(read_lines(shared / "corpus" / "official" / name).lines) for name in (amends, amended)]
    done = consolidate(documents)
    assert len(done.applied) >= applied
    assert len([u for u in done.unapplied if u.ref.document == documents[1].number and u.why is not Why.NOT_HELD]) <= unapplied


def test_a_known_text_that_comes_in_changes_status_and_words() -> None:
    """NĐ 303/2026 is known, not held; an amending decree of that number, written for this test, is ingested."""
    digests = load_digests()
    clause, day = Ref("32/2024/NĐ-CP", "8", "2"), date(2026, 11, 25)
    before = assemble(digests, [])
    held = before.get(clause)
    assert held is not None
    assert standing(before, held, day).status is Status.AMENDED_UNKNOWN
    decree = parse(
        [
            "Số: 303/2026/NĐ-CP", "Hà Nội, ngày 1 tháng 8 năm 2026", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 32/2024/NĐ-CP",
            "1. Sửa đổi khoản 2 Điều 8 như sau:", "“2. Lời mới viết cho phép thử.”",
            "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 9 năm 2026.",
        ],
        number="303/2026/NĐ-CP",
    )
    after = assemble(digests, [decree])
    now, other = after.get(clause), after.get(Ref("32/2024/NĐ-CP", "9", "1"))
    assert now is not None
    assert other is not None
    assert standing(after, now, day).status is Status.IN_FORCE
    assert standing(after, other, day).status is Status.IN_FORCE
    version = now.said(day)
    assert version is not None
    assert (version.text, version.by) == ("Lời mới viết cho phép thử.", "khoản 1 Điều 1 Nghị định số 303/2026/NĐ-CP")
    earlier = now.said(date(2026, 9, 14))
    assert earlier is not None
    assert earlier.text == held.said(day).text  # type: ignore[union-attr]


def test_digests_order_nothing() -> None:
    assert consolidate(load_digests()).applied == ()
    assert {OrderKind.END, OrderKind.SUSPEND} <= set(OrderKind)
