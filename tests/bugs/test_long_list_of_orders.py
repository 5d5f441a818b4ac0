"""The list of orders that could not be applied was one line for each form: some sixty lines for one circular."""

from pathlib import Path

import pytest

from bot.commands import _amended
from bot.errors import short_places, unapplied_groups
from knowledge.consolidate import Unapplied, Why
from knowledge.corpus import Corpus
from knowledge.orders import Order, OrderKind
from knowledge.provision import Ref

AMENDED, AMENDING = "23/2024/TT-BCT", "26/2026/TT-BCT"


def left(place: Ref, *refs: Ref, why: Why = Why.NO_NEW_WORDING) -> list[Unapplied]:
    return [Unapplied(Order(OrderKind.REPLACE, place, ref.document, (ref,)), ref, why) for ref in refs]


def form(number: str, annex: str = "V") -> Ref:
    return Ref(AMENDED, f"Mẫu số {number} Phụ lục {annex}")


@pytest.mark.parametrize(
    ("refs", "short"),
    [
        ([form("01"), form("03"), form("04"), form("05"), form("09", "III")], "Mẫu số 01, 03–05 Phụ lục V; Mẫu số 09 Phụ lục III"),
        ([Ref(AMENDED, "3", "1"), Ref(AMENDED, "3", "2"), Ref(AMENDED, "7")], "khoản 1, 2 Điều 3; Điều 7"),
        ([Ref(AMENDED, "7a"), Ref(AMENDED, "Phụ lục II")], "Điều 7a; Phụ lục II"),
    ],
)
def test_places_are_drawn_together(refs: list[Ref], short: str) -> None:
    assert short_places(refs) == short


def test_a_line_for_each_place_document_and_reason() -> None:
    here, there = Ref(AMENDING, "1", "3"), Ref(AMENDING, "2")
    found = [*left(here, *(form(f"{n:02}") for n in range(1, 13))), *left(there, Ref(AMENDED, "9"), why=Why.NO_SUCH_PLACE)]
    assert unapplied_groups(found) == [
        "khoản 3 Điều 1 Thông tư số 26/2026/TT-BCT: 12 chỗ của Thông tư số 23/2024/TT-BCT (Mẫu số 01–12 Phụ lục V): "
        "lời văn mới nằm ở tệp kèm theo, bảng hoặc hình.",
        "Điều 2 Thông tư số 26/2026/TT-BCT: Điều 9 Thông tư số 23/2024/TT-BCT: không tìm thấy điều, khoản, điểm hoặc phụ lục này.",
    ]


def test_the_terminal_shows_little_and_the_file_all(tmp_path: Path) -> None:
    file = tmp_path / "lenh.txt"
    many = [u for n in range(1, 41) for u in left(Ref(AMENDING, str(n)), form(f"{n:02}"))]
    absent = [u for n in range(1, 31) for u in left(Ref(AMENDING, "50"), Ref(f"{n}/2020/NĐ-CP"), why=Why.NOT_HELD)]
    lines = _amended(Corpus([], (), [*many, *absent]), {AMENDING}, file)
    assert len(lines) <= 20
    assert str(file) in lines[-1]
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(many) + len(absent)
    assert _amended(Corpus([]), {AMENDING}, tmp_path / "none" / "lenh.txt") == []
    assert len(_amended(Corpus([], (), absent), {AMENDING}, tmp_path / "none" / "lenh.txt")) == 1  # a list that cannot be written
