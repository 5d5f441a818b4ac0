"""Procedure cards: the data against the digests, which card a question asks for, and the days of a schedule."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import Calendar
from knowledge.corpus import Corpus, load_digests
from knowledge.entries import EntryError
from knowledge.filing import filed_day
from knowledge.procedures import FILED, PROCEDURES, Due, Procedure, Procedures, Step, schedule
from knowledge.provision import Ref
from knowledge.vietnamese import fold, strip_accents

CARDS = Procedures.load()
STEPS = [pytest.param(step, id=f"{card.id}-{step.id}") for card in CARDS for step in card.steps]
TODAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(load_digests())


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.load()


# --- the data ---------------------------------------------------------------------------------------


def figures(text: str) -> set[str]:
    """Figures as they are read: thousands joined, leading zeros dropped."""
    return {f.lstrip("0") or "0" for f in re.findall(r"\d+(?:,\d+)?", re.sub(r"(\d)\.(\d{3})\b", r"\1\2", fold(text)))}


def words_at(corpus: Corpus, ref: Ref) -> str:
    """The place as it prints, and all digest lines of it and below it."""
    lines = [v.text for p in corpus if ref.covers(p.ref) for v in p.plain]
    return " ".join([str(ref), *lines, *(f"{p.heading} {p.gist}" for p in corpus if p.ref == ref)])


@pytest.mark.parametrize("step", STEPS)
def test_every_basis_is_held(step: Step, corpus: Corpus) -> None:
    assert [str(ref) for ref in (step.basis, *step.also) if corpus.get(ref) is None] == []


@pytest.mark.parametrize("step", STEPS)
def test_every_figure_of_a_step_stands_at_its_basis(step: Step, corpus: Corpus) -> None:
    said = [step.name, step.what, step.who, *step.file, step.starts or "", step.form or "", str(step.sets or ""), str(step.days or "")]
    held = {figure for ref in (step.basis, *step.also) for figure in figures(words_at(corpus, ref))}
    assert figures(" ".join(said)) - held == set()


@pytest.mark.parametrize("step", [p for p in STEPS if getattr(p.values[0], "days", None)])
def test_a_period_has_its_unit_its_beginning_and_its_figure_in_the_basis_itself(step: Step, corpus: Corpus) -> None:
    assert step.unit is not None
    assert step.starts
    assert str(step.days) in figures(words_at(corpus, step.basis))


def test_every_card_is_about_a_held_document(corpus: Corpus) -> None:
    assert [card.id for card in CARDS if not corpus.documents[card.document].provisions] == []


def test_a_card_is_found_by_its_id() -> None:
    assert all(CARDS.get(card.id) is card for card in CARDS)
    assert CARDS.get("khong-co") is None


# --- reading ----------------------------------------------------------------------------------------


def raw_cards() -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = yaml.safe_load(PROCEDURES.read_text(encoding="utf-8"))
    return cards


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("days", "năm", "days is no count"), ("days", 0, "days is no count"), ("unit", "weeks", "unit weeks"), ("unit", None, "unit None"),
        ("after", "khong-co", "which is no step"), ("after", "quyet-dinh", "after itself"), ("basis", "Điều 10", "not a mapping"),
        ("file", "đơn", "file is no list"),
        ("who", "", "who is no text"), ("sets", True, "sets is no count"), ("days_", 3, "unknown"),
    ],
)
def test_a_mistake_is_told_with_file_and_step(field: str, value: Any, reason: str, tmp_path: Path) -> None:
    cards = raw_cards()
    next(s for s in cards[1]["steps"] if s["id"] == "thong-bao")[field] = value
    path = tmp_path / "cards.yaml"
    path.write_text(yaml.safe_dump(cards, allow_unicode=True), encoding="utf-8")
    with pytest.raises(EntryError, match=rf"cards\.yaml: thanh-lap-mo-rong, .*{reason}"):
        Procedures.load(path)


@pytest.mark.parametrize("text", ["[1, 2]", "a: 1", "- id: x\n- id: x\n", "- [", "- {id: x, title: y, document: z, asks: [], steps: []}"])
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cards.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EntryError, match="cards"):
        Procedures.load(path)


def test_a_step_stands_once(tmp_path: Path) -> None:
    cards = raw_cards()
    cards[0]["steps"].append(cards[0]["steps"][0])
    path = tmp_path / "cards.yaml"
    path.write_text(yaml.safe_dump(cards, allow_unicode=True), encoding="utf-8")
    with pytest.raises(EntryError, match="de-xuat: stands twice"):
        Procedures.load(path)


# --- which card a question asks for -----------------------------------------------------------------

WHOLE = {
    "thanh-lap-mo-rong": (
        "các bước lập cụm công nghiệp", "quy trinh mo rong ccn the nao", "trình tự thành lập CCN từ đầu đến cuối",
        "thu tuc thanh lap cum cong nghiep nhu the nao", "cho em hỏi quy trình thành lập cụm công nghiệp gồm mấy bước ạ",
        "muon lap cum cong nghiep thi lam nhu the nao", "lần lượt phải làm gì để mở rộng cụm công nghiệp", "thủ tục mở rộng cụm công nghiệp",
        "huong dan cac buoc thanh lap, mo rong ccn", "xã muốn lập cụm công nghiệp thì bắt đầu từ đâu", "lap 1 ccn moi phai qua nhung buoc nao",
        "quy trình các bước thành lập cụm công nghiệp theo nghị định 32", "mo rong cum cong nghiep can lam nhung thu tuc gi", "thủ tục thành lập CCN?",
        "trình tự thủ tục mở rộng cụm công nghiệp ra sao ạ", "cho em xin quy trinh lap ccn voi a",
        "doanh nghiệp muốn thành lập cụm công nghiệp thì làm thế nào",
    ),
    "chon-chu-dau-tu": (
        "thủ tục xin làm chủ đầu tư hạ tầng gồm những bước nào", "quy trinh lua chon chu dau tu ha tang ccn",
        "các bước chọn chủ đầu tư xây dựng hạ tầng kỹ thuật cụm", "xin lam chu dau tu ccn thi qua nhung buoc nao",
        "công ty em muốn làm cđt hạ tầng ccn thì làm thế nào", "trinh tu chon chu dau tu ha tang cum the nao",
        "để được giao làm chủ đầu tư cụm công nghiệp phải qua các bước nào",
    ),
    "dieu-chinh-bai-bo": (
        "quy trình điều chỉnh quyết định thành lập cụm công nghiệp", "thu tuc bai bo quyet dinh thanh lap ccn ra sao",
        "muốn đổi chủ đầu tư hạ tầng cụm thì làm thế nào", "quy trình bãi bỏ cụm công nghiệp", "cac buoc thay doi chu dau tu ha tang ccn",
        "thủ tục sửa quyết định mở rộng cụm công nghiệp thế nào",
    ),
    "quy-hoach-chi-tiet": (
        "trình tự lập quy hoạch chi tiết cụm công nghiệp", "cac buoc lam qhct ccn", "thu tuc phe duyet quy hoach chi tiet cum cong nghiep the nao",
        "trình tự, thủ tục lập, phê duyệt quy hoạch chi tiết ccn",
    ),
    "du-an-ha-tang": (
        "các bước làm dự án hạ tầng kỹ thuật cụm công nghiệp", "trinh tu dau tu xay dung ha tang ky thuat ccn",
        "xây hạ tầng cụm công nghiệp đi qua mấy bước, bước nào trước", "quy trinh dau tu ha tang cum cong nghiep",
        "các bước xây dựng hạ tầng kỹ thuật ccn sau khi có quyết định thành lập",
    ),
    "du-an-san-xuat": (
        "quy trình đưa dự án sản xuất vào cụm công nghiệp", "muon thue dat trong cum cong nghiep de lam xuong thi lam the nao",
        "các bước đầu tư nhà xưởng vào ccn", "thủ tục vào cụm công nghiệp thuê đất như thế nào", "cac buoc dua du an vao ccn",
    ),
    "di-doi-vao-cum": (
        "thủ tục di dời cơ sở sản xuất vào cụm công nghiệp thế nào", "cac buoc di doi lang nghe vao ccn",
        "quy trinh chuyen xuong o nhiem vao cum cong nghiep", "di dời xưởng vào ccn phải qua các bước gì",
    ),
    "khuyen-cong-quoc-gia": (
        "quy trình làm đề án khuyến công quốc gia", "trinh tu xin kinh phi kcqg nhu the nao",
        "các bước từ đăng ký đến quyết toán đề án khuyến công quốc gia", "quy trinh lam ho so khuyen cong quoc gia",
        "quy trinh tham dinh de an khuyen cong quoc gia", "đề án khuyến công quốc gia thực hiện theo trình tự nào",
    ),
    "khuyen-cong-dia-phuong": (
        "thủ tục đề án khuyến công địa phương gồm những bước nào", "quy trinh xin ho tro khuyen cong tinh",
        "các bước xin kinh phí khuyến công địa phương", "trinh tu thuc hien de an khuyen cong dia phuong",
    ),
    "phuong-an-phat-trien": (
        "các bước lập phương án phát triển cụm công nghiệp", "thu tuc bo sung ccn vao quy hoach tinh the nao",
        "trình tự điều chỉnh phương án phát triển cụm công nghiệp", "đưa ccn vào quy hoạch tỉnh theo các bước nào",
        "trinh tu xay dung phuong an phat trien ccn",
    ),
}
# One fact, another field, no subject, or two cards at once: for search.
OTHER = (
    "Sở thẩm định mấy ngày", "so tham dinh ho so lap cum may ngay", "ai quyết định thành lập cụm công nghiệp", "dieu kien mo rong ccn la gi",
    "mở rộng cụm công nghiệp cần điều kiện gì", "hồ sơ thành lập cụm công nghiệp gồm những gì", "nop ho so thanh lap cum o dau",
    "mấy bộ hồ sơ thành lập cụm", "thời hạn UBND tỉnh quyết định thành lập cụm", "thủ tục đăng ký kết hôn như thế nào",
    "quy trinh xu ly nuoc thai trong cum cong nghiep", "trình tự cấp giấy phép bán lẻ rượu", "thu tuc nhap khau may moc nhu the nao", "quy trình",
    "trinh tu nhu the nao", "thủ tục", "các bước thế nào", "cac buoc lam cum", "cum cong nghiep la gi", "khuyến công là gì",
    "khuyến công hỗ trợ máy móc bao nhiêu tiền", "chủ đầu tư hạ tầng được tối đa bao nhiêu điểm", "cham diem chu dau tu co may tieu chi",
    "ai lập quy hoạch chi tiết cụm công nghiệp", "quy hoach chi tiet co can lap nhiem vu khong",
    "muốn chuyển cụm công nghiệp lên thành khu công nghiệp thì làm thủ tục ra sao",
    "thu tuc tham duyet pccc nha xuong trong cum cong nghiep bao nhieu ngay",
    "thủ tục cấp sổ đỏ cho doanh nghiệp thuê lại đất trong cụm công nghiệp gồm những giấy tờ gì",
    "thu tuc hai quan doi voi hang gia cong trong cum cong nghiep nhu the nao", "báo cáo tình hình cụm công nghiệp thế nào",
    "chủ đầu tư phải báo cáo như thế nào", "mẫu quyết định thành lập cụm là mẫu nào", "cụm chậm tiến độ thì xử lý thế nào", "tỷ lệ lấp đầy tính thế nào",
    "gia thue dat trong cum tinh the nao", "nghị định 32/2024 có hiệu lực khi nào", "điểm a khoản 2 Điều 12 NĐ 32/2024", "xin chào",
    "trình tự tố tụng dân sự", "quy trình bổ nhiệm cán bộ", "kinh phi khuyen cong tam ung bao nhieu phan tram",
    "bãi bỏ quyết định thành lập cụm do ai quyết định", "cụm công nghiệp được ưu đãi thế nào", "hop dong thue dat trong ccn ky voi ai",
    "quy trình khuyến công", "thủ tục thành lập doanh nghiệp", "cac buoc thanh lap hop tac xa", "thủ tục thành lập khu công nghiệp như thế nào",
    "quy trinh cap phep xay dung nha xuong", "trình tự xin chủ trương đầu tư", "thu tuc vay von ngan hang trong cum cong nghiep",
    "quy trình kiểm tra phòng cháy ở cụm công nghiệp", "thu tuc xin giay phep moi truong cho cum cong nghiep the nao", "hồ sơ mở rộng ccn nộp mấy bộ",
    "ai thẩm định hồ sơ mở rộng cụm", "muon mo rong cum can dieu kien gi", "mở rộng cụm thì ai quyết định",
    "cụm công nghiệp muốn được hỗ trợ vốn thì phải làm gì", "thủ tục thu hồi đất trong cụm công nghiệp thế nào", "quy trình đấu giá đất cụm công nghiệp",
    "xu phat cham tien do ha tang cum theo trinh tu nao", "thủ tục bình chọn sản phẩm công nghiệp nông thôn tiêu biểu",
    "thủ tục bán điện mặt trời mái nhà trong ccn", "Thành lập cụm công nghiệp mất bao lâu", "quyết định thành lập cụm gồm nội dung gì",
    "lập quy hoạch chi tiết cụm có cần xin ý kiến sở không",
)


def typed(texts: Iterable[str]) -> list[str]:
    """Each sentence as it stands and as a phone without accents types it."""
    return list(dict.fromkeys(form for text in texts for form in (text, strip_accents(text))))


@pytest.mark.parametrize(("text", "card"), [(text, card) for card, texts in WHOLE.items() for text in typed(texts)])
def test_a_whole_procedure(text: str, card: str) -> None:
    found = CARDS.matching(text)
    assert found is not None
    assert found.id == card


@pytest.mark.parametrize("text", typed(OTHER))
def test_no_whole_procedure(text: str) -> None:
    assert CARDS.matching(text) is None


@pytest.mark.parametrize(("text", "card"), [pytest.param(a, c, id=a) for c in CARDS for a in c.asks])
def test_a_card_is_found_by_its_own_questions(text: str, card: Procedure) -> None:
    assert CARDS.matching(text) is card


def test_a_long_message_is_left_to_search() -> None:
    assert CARDS.matching("các bước lập cụm công nghiệp " + "ạ " * 400) is None


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    CARDS.matching(text)
    CARDS.filing(text, TODAY)


# --- schedules --------------------------------------------------------------------------------------


def days(card: str, filed: date, calendar: Calendar) -> dict[str, Due]:
    procedure = CARDS.get(card)
    assert procedure is not None
    return {due.step.id: due for due in schedule(procedure, filed, calendar)}


def test_each_period_runs_from_the_end_of_the_one_before(calendar: Calendar) -> None:
    due = days("thanh-lap-mo-rong", date(2026, 6, 1), calendar)
    assert {name: d.latest for name, d in due.items() if d.latest} == {
        "thong-bao": date(2026, 6, 8),  # five working days: 2 to 5 and 8 June
        "nhan-ho-so": date(2026, 6, 23),
        "lap-ho-so": date(2026, 6, 30),
        "tham-dinh": date(2026, 7, 27),  # the 25th day, 25 July, is a Saturday
        "quyet-dinh": date(2026, 8, 5),
    }
    assert due["tham-dinh"].starts == due["lap-ho-so"].latest
    assert all(d.certain for d in due.values())


def test_days_off_and_the_edge_of_the_known_calendar(calendar: Calendar) -> None:
    due = days("chon-chu-dau-tu", date(2026, 12, 3), calendar)
    assert (due["nhan-ho-so"].latest, due["nhan-ho-so"].certain) == (date(2026, 12, 25), True)
    assert (due["chuyen-tham-dinh"].latest, due["chuyen-tham-dinh"].certain) == (date(2027, 1, 4), False)  # 1 January is a holiday
    assert (due["giao"].latest, due["giao"].certain) == (date(2027, 2, 16), False)  # Tết lies between


def test_a_step_without_a_period_or_without_a_chain_has_no_day(calendar: Calendar) -> None:
    assert days("thanh-lap-mo-rong", TODAY, calendar)["cham-diem"].latest is None
    after_another = days("du-an-ha-tang", TODAY, calendar)["gui-quy-che"]
    assert after_another.step.days == 5
    assert after_another.latest is None


def test_a_schedule_keeps_every_step_in_its_order(calendar: Calendar) -> None:
    for card in CARDS:
        assert tuple(due.step for due in schedule(card, TODAY, calendar)) == card.steps
        assert card.timed == any(due.latest for due in schedule(card, TODAY, calendar)) == any(step.after == FILED for step in card.steps)


# --- filings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tôi nộp hồ sơ ngày 3/12/2026", date(2026, 12, 3)), ("nop hom nay", TODAY), ("nộp ngày 5/1", date(2027, 1, 5)),
        ("đã nộp hồ sơ ngày 5/1 rồi", date(2026, 1, 5)), ("mai tôi nộp hồ sơ", date(2026, 11, 27)), ("hôm qua em nộp hồ sơ", date(2026, 11, 25)),
        ("gui ho so hom 1/12", date(2026, 12, 1)), ("sẽ nộp ngày 10 tháng 12", date(2026, 12, 10)), ("nop hs 3.12.2026", date(2026, 12, 3)),
        ("ho so nop 15/12 bao gio xong", date(2026, 12, 15)), ("Tôi nộp ngày 20/6, khi nào có kết quả?", date(2026, 6, 20)),
        ("se nop ngay 20/6", date(2027, 6, 20)),
        ("nộp hồ sơ ngày 29/2", None), ("nộp hồ sơ ngày 31/2/2026", None), ("nộp hồ sơ ở đâu", None), ("nộp hồ sơ theo NĐ 32/2024", None),
        ("hạn nộp báo cáo 30/11/2026", None), ("nộp báo cáo ngày 20/6", None), ("nộp hồ sơ ngày 3/12/2025 thì theo luật nào", None),
        ("nộp hồ sơ ngày 3/12/2025 thì ai ký", None), ("phải nộp trước ngày 15/6", None), ("cụm thành lập ngày 3/12/2020", None), ("", None),
    ],
)
def test_the_day_of_a_filing(text: str, day: date | None) -> None:
    assert filed_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "last", "card"),
    [
        ("tôi nộp hồ sơ lập cụm công nghiệp ngày 3/12/2026 thì khi nào có kết quả", None, "thanh-lap-mo-rong"),
        ("hom qua em nop ho so xin mo rong ccn", "quy-hoach-chi-tiet", "thanh-lap-mo-rong"),
        ("hôm nay nộp hồ sơ xin làm chủ đầu tư hạ tầng cụm, bao giờ xong", None, "chon-chu-dau-tu"),
        ("tôi nộp ngày 3/12/2026", "chon-chu-dau-tu", "chon-chu-dau-tu"),
        ("tôi nộp ngày 3/12/2026", None, None),
    ],
)
def test_a_filing_is_for_the_card_it_names_or_the_last_one(text: str, last: str | None, card: str | None) -> None:
    filing = CARDS.filing(text, TODAY, last)
    assert filing is not None
    assert (filing.procedure.id if filing.procedure else None) == card


def test_a_filing_of_something_else_is_not_for_the_last_card() -> None:
    assert CARDS.filing("nộp hồ sơ xin giấy phép bán rượu ngày 3/12/2026 khi nào có", TODAY, "thanh-lap-mo-rong") is None
