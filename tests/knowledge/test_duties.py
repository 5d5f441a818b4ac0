"""Reports that are owed: the data against the digests, who asks for them, and the next due dates."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.corpus import Corpus, load_digests
from knowledge.duties import DUTIES, Duties, Duty, Period
from knowledge.entries import EntryError
from knowledge.procedures import Procedures
from knowledge.roles import Role
from knowledge.vietnamese import fold, strip_accents

OWED = Duties.load()
ALL = tuple(Role)
each = pytest.mark.parametrize("duty", [pytest.param(d, id=d.id) for d in OWED])


# --- the data ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(load_digests())


@each
def test_every_basis_is_held(duty: Duty, corpus: Corpus) -> None:
    assert [str(ref) for ref in (duty.basis, *duty.also) if corpus.get(ref) is None] == []


@each
def test_every_figure_stands_at_its_basis(duty: Duty, corpus: Corpus) -> None:
    refs = (duty.basis, *duty.also)
    held = " ".join([*map(str, refs), *(v.text for ref in refs for p in corpus if ref.covers(p.ref) for v in p.plain)])
    # A monthly report names one day for all months.
    days = {d for _, d in duty.before} if duty.period is Period.MONTH else {n for pair in duty.before for n in pair}
    said = {*re.findall(r"\d+", fold(f"{duty.what} {duty.form or ''}")), *map(str, days)}
    assert {f.lstrip("0") for f in said} - {f.lstrip("0") for f in re.findall(r"\d+", held)} == set()


@each
def test_a_period_has_as_many_days_as_it_comes_round(duty: Duty) -> None:
    often = {Period.HALF_YEAR: 2, Period.YEAR: 1, Period.QUARTER: 4, Period.MONTH: 12}
    assert not duty.before or len(duty.before) == often[duty.period or Period.ONCE]


@each
def test_a_duty_that_ended_has_its_successor_on_the_next_day(duty: Duty) -> None:
    """The district's duties pass to the commune; decrees that end with a day of their own have none."""
    ended = date(2025, 6, 30)
    if duty.to_day == ended:
        heirs = {Role.COMMUNE, duty.who} if duty.who is Role.DISTRICT else {duty.who}
        assert any(d.who in heirs and d.from_day == ended + timedelta(days=1) and d.what == duty.what for d in OWED)


# --- reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("who", "king", "who is king"), ("period", "week", "period is week"), ("before", ["02-29"], "before has 02-29"),
        ("before", ["20/6"], "before has 20/6"),
        ("from_day", None, "law from None"), ("to_day", date(2020, 1, 1), "law from"), ("to_day", "2025", "to_day is no date"),
        ("inclusive", None, "inclusive is"),
        ("to", None, "to is no list"), ("also", "Điều 29", "also is no list"),
    ],
)
def test_a_mistake_is_told_with_file_and_entry(field: str, value: Any, reason: str, tmp_path: Path) -> None:
    raw = yaml.safe_load(DUTIES.read_text(encoding="utf-8"))
    raw[0][field] = value
    path = tmp_path / "duties.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(EntryError, match=rf"duties\.yaml: tt14-san-xuat-den-2025-06.*{reason}"):
        Duties.load(path)


# --- who asks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("tôi phải báo cáo gì, trước ngày nào", ALL), ("xa phai nop bao cao nao", (Role.COMMUNE,)),
        ("doanh nghiệp trong cụm có phải báo cáo không, hạn nào", (Role.FIRM,)), ("toi phai bao cao gi", ALL),
        ("chủ đầu tư hạ tầng phải nộp những báo cáo gì", (Role.INFRASTRUCTURE,)),
        ("so cong thuong phai gui nhung bao cao nao, han nao", (Role.DEPARTMENT,)), ("UBND tỉnh phải làm báo cáo gì", (Role.PROVINCE,)),
        ("ubnd huyen phai nop bao cao nao", (Role.DISTRICT,)), ("Bộ Công Thương phải báo cáo những gì", (Role.MANAGEMENT,)),
        ("nghĩa vụ báo cáo của doanh nghiệp trong cụm công nghiệp", (Role.FIRM,)), ("che do bao cao cua chu dau tu ha tang ccn", (Role.INFRASTRUCTURE,)),
        ("cty toi trong cum co phai bao cao ko", (Role.FIRM,)), ("các báo cáo mà UBND cấp xã phải nộp", (Role.COMMUNE,)),
        ("phường phải gửi báo cáo nào trước ngày nào", (Role.COMMUNE,)), ("htx trong ccn phai bao cao gi", (Role.FIRM,)),
        ("em phải nộp mấy loại báo cáo", ALL), ("cán bộ xã như em phải làm những báo cáo gì", (Role.COMMUNE,)), ("nhung bao cao phai nop trong nam", ALL),
        ("trách nhiệm báo cáo của Sở Công Thương và UBND xã", (Role.DEPARTMENT, Role.COMMUNE)), ("dn khuyen cong phai nop bao cao nao", (Role.FIRM,)),
        ("xưởng tôi có phải nộp báo cáo định kỳ không", (Role.FIRM,)), ("huyen phai bao cao gi", (Role.DISTRICT,)),
    ],
)
def test_it_asks_for_what_is_owed(text: str, roles: tuple[Role, ...]) -> None:
    assert OWED.asked(text) == roles
    assert OWED.asked(strip_accents(text)) == roles


@pytest.mark.parametrize(
    "text",
    [
        "báo cáo 6 tháng của xã gửi ai", "nội dung báo cáo của chủ đầu tư hạ tầng", "bao cao dau tu gom nhung gi",
        "báo cáo đầu tư thành lập cụm phải có gì", "mau bao cao cua doanh nghiep la bieu nao", "xã gặp vướng mắc thì báo cáo ai", "bao cao",
        "bao cao cho ai vay", "báo cáo gửi trước ngày nào", "doanh nghiệp phải nộp báo cáo tài chính mấy năm", "doanh nghiệp bán rượu phải báo cáo gì",
        "phai nop bao cao thue nao", "cơ sở hóa chất phải báo cáo gì, hạn nào", "doanh nghiep phai nop bao cao danh gia tac dong moi truong nao",
        "Số liệu báo cáo nửa đầu năm về cụm tính từ hôm nào tới hôm nào?", "không báo cáo thì bị phạt bao nhiêu", "biểu số 01 gồm những chỉ tiêu nào",
        "sở báo cáo thẩm định cho ai", "tỉnh phải báo cáo khi vướng mắc không", "xin chào", "điều kiện mở rộng cụm",
        "bao cao ca nam ve ccn chot so toi ngay may", "doanh nghiep xang dau phai bao cao nhung gi", "Đơn vị nào báo cáo kết quả khuyến công",
    ],
)
def test_it_asks_for_something_else(text: str) -> None:
    assert OWED.asked(text) is None
    assert OWED.asked(strip_accents(text)) is None


def test_questions_that_search_answers_stay_with_search() -> None:
    """The gold questions that are for tuning: none asks for all duties, a filing, or, but for one, a whole procedure."""
    rows = [json.loads(line) for line in (Path(__file__).parent / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [row["text"] for row in rows if row["origin"] != "unseen"]
    cards = Procedures.load()
    assert [text for text in texts if OWED.asked(text)] == []
    assert [text for text in texts if cards.filing(text, date(2026, 11, 26), "thanh-lap-mo-rong")] == []
    assert [text for text in texts if cards.matching(text)] == []


# --- due dates --------------------------------------------------------------------------------------


def owed(role: Role, day: date) -> dict[str, date | None]:
    return {duty.id: by for duty, by in OWED.due(role, day)}


def test_what_is_owed_by_the_next_day() -> None:
    commune = owed(Role.COMMUNE, date(2026, 11, 26))
    assert list(commune)[:2] == ["nd139-xa", "tt14-xa"]
    assert (commune["nd139-xa"], commune["tt14-xa"]) == (date(2026, 11, 30), date(2026, 12, 25))
    assert "nd32-xa" not in commune  # since 15/9/2026 no held text settles whose duty that is
    assert owed(Role.COMMUNE, date(2026, 9, 14))["nd32-xa"] is None


def test_before_a_day_means_that_the_day_is_too_late() -> None:
    assert owed(Role.FIRM, date(2026, 12, 19))["tt14-san-xuat"] == date(2026, 12, 20)
    assert owed(Role.FIRM, date(2026, 12, 20))["tt14-san-xuat"] == date(2027, 6, 20)


def test_no_later_than_a_day_means_that_the_day_is_in_time() -> None:
    duty = next(d for d in OWED if d.id == "tt14-san-xuat")
    inclusive = Duty(**{**vars(duty), "inclusive": True})
    assert inclusive.next_due(date(2026, 12, 20)) == date(2026, 12, 20)


def test_the_law_of_the_day_decides_who_owes() -> None:
    assert "tt14-huyen" in owed(Role.DISTRICT, date(2025, 6, 1))
    assert owed(Role.DISTRICT, date(2025, 7, 1)) == {}
    assert "tt14-xa" not in owed(Role.COMMUNE, date(2025, 6, 1))


def test_a_duty_does_not_outlive_its_law() -> None:
    assert "nd139-tinh" in owed(Role.PROVINCE, date(2026, 12, 1))
    assert "nd139-tinh" not in owed(Role.PROVINCE, date(2026, 12, 20))
    assert "tt14-huyen" not in owed(Role.DISTRICT, date(2025, 6, 26))


@pytest.mark.parametrize("role", Role)
def test_dates_come_first_and_in_order(role: Role) -> None:
    dates = [by for _, by in OWED.due(role, date(2026, 11, 26))]
    assert dates == sorted(dates, key=lambda by: by or date.max)
