"""The standing of a provision on a day, from versions, relations and what is only known of."""

from datetime import date

import pytest

from knowledge.answer import Answers
from knowledge.provision import Ref
from knowledge.status import Status, standing

ND32, ND139, ND146, ND45 = "32/2024/NĐ-CP", "139/2025/NĐ-CP", "146/2025/NĐ-CP", "45/2012/NĐ-CP"


@pytest.mark.parametrize(
    ("ref", "day", "status"),
    [
        # NĐ 32/2024 is in force from 1/5/2024 and reported to be amended from 15/9/2026
        (Ref(ND32, "8", "2"), date(2024, 4, 30), Status.NOT_YET),
        (Ref(ND32, "8", "2"), date(2024, 5, 1), Status.IN_FORCE),
        (Ref(ND32, "8", "2"), date(2026, 9, 14), Status.IN_FORCE),
        (Ref(ND32, "8", "2"), date(2026, 9, 15), Status.AMENDED_UNKNOWN),
        (Ref(ND32, "1"), date(2026, 11, 22), Status.AMENDED_UNKNOWN),  # targets not known: every provision counts as touched
        # NĐ 139/2025 ends with 28/2/2027 (its Điều 21)
        (Ref(ND139, "2", "1"), date(2025, 6, 30), Status.NOT_YET),
        (Ref(ND139, "2", "1"), date(2027, 2, 28), Status.IN_FORCE),
        (Ref(ND139, "2", "1"), date(2027, 3, 1), Status.EXPIRED),
        # NQ 66.18/2026 suspends the retail of liquor from 1/7/2026 to 28/2/2027
        (Ref(ND139, "Phụ lục IV"), date(2026, 6, 30), Status.IN_FORCE),
        (Ref(ND139, "Phụ lục IV"), date(2026, 11, 22), Status.SUSPENDED),
        (Ref(ND146, "1"), date(2026, 11, 22), Status.IN_FORCE),
        (Ref(ND45, "6"), date(2012, 7, 4), Status.NOT_YET),
    ],
)
def test_standing(answers: Answers, ref: Ref, day: date, status: Status) -> None:
    provision = answers.corpus.get(ref)
    assert provision is not None
    assert standing(answers.corpus, provision, day).status is status


def test_an_unchecked_amendment_says_so(answers: Answers) -> None:
    provision = answers.corpus.get(Ref(ND32, "8", "2"))
    assert provision is not None
    found = standing(answers.corpus, provision, date(2026, 11, 22))
    assert (found.by, found.checked, found.until) == ("303/2026/NĐ-CP", False, date(2026, 9, 14))


def test_liquor_can_act_on_the_suspension(answers: Answers) -> None:
    provision = answers.corpus.get(Ref(ND139, "Phụ lục IV"))
    assert provision is not None
    found = standing(answers.corpus, provision, date(2026, 11, 22))
    assert "1/7/2026" in found.says
    assert found.basis


def test_what_was_replaced_is_named_only_from_the_day_it_existed(answers: Answers) -> None:
    """In 1975 no decree of 2017 applied; on 1/6/2018 the one of 2017 existed, the one of 2020 did not."""
    provision = answers.corpus.get(Ref(ND32, "8", "2"))
    assert provision is not None
    assert standing(answers.corpus, provision, date(1975, 7, 1)).by == ""
    assert standing(answers.corpus, provision, date(2018, 6, 1)).by == "68/2017/NĐ-CP"
    assert "66/2020/NĐ-CP" in standing(answers.corpus, provision, date(2021, 6, 1)).by
