"""Whole matters, changes and provinces in the conversation: what a person types and taps, and what stands in the reply."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from bot import build
from bot.build import HANOI, matters
from bot.settings import Settings
from handlers.memory import InMemory
from handlers.message import Incoming, Reply
from handlers.routes import Dialogue, Setting
from knowledge.answer import Answers

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=HANOI)


class Talk:
    """One person's conversation."""

    def __init__(self, answers: Answers) -> None:
        self._dialogue = Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", ""), lambda: NOON, matters())

    def says(self, text: str, day: date | None = None) -> Reply:
        return self._dialogue.reply(Incoming("web", "p", text, as_of=day))

    def taps(self, reply: Reply, label: str) -> Reply:
        return self._dialogue.reply(Incoming("web", "p", choice=next(c.token for c in reply.choices if label in c.label)))


@pytest.fixture
def talk(answers: Answers) -> Talk:
    return Talk(answers)


@pytest.mark.parametrize("text", ["các bước lập cụm công nghiệp", "quy trinh mo rong ccn the nao"])
def test_a_procedure_is_told_step_by_step(talk: Talk, text: str) -> None:
    said = talk.says(text).text()
    for words in ("Bước 1.", "25 ngày", "khoản 3 Điều 10", "Mẫu số 01 Phụ lục II", "303/2026/NĐ-CP", "chưa xác định"):
        assert words in said


def test_dates_follow_the_day_of_filing(talk: Talk) -> None:
    talk.says("các bước lập cụm công nghiệp")
    said = talk.says("tôi nộp hồ sơ ngày 3/12/2026").text()
    assert "chậm nhất ngày 10/12/2026 (5 ngày làm việc)" in said
    assert "dự kiến" in said  # the calendar of 2027 is not known


def test_a_filing_without_a_matter_is_asked_back(talk: Talk) -> None:
    reply = talk.says("tôi nộp hồ sơ hôm nay thì bao giờ xong")
    assert reply.facts["kind"] == "ask_back"
    assert "25/11/2026" in talk.taps(reply, "Thành lập").text()


def test_reports_of_a_commune(talk: Talk) -> None:
    said = talk.says("xa phai nop bao cao nao, truoc ngay nao").text()
    assert "Trước ngày 30/11/2026" in said
    assert "khoản 3 Điều 20" in said


def test_whose_reports_is_asked(talk: Talk) -> None:
    reply = talk.says("tôi phải báo cáo gì")
    assert reply.facts["kind"] == "ask_back"
    assert "Biểu số 02" in talk.taps(reply, "Chủ đầu tư hạ tầng").text()


def test_what_changed_in_an_article(talk: Talk) -> None:
    said = talk.says("Điều 6 NĐ 45/2012 thay đổi thế nào?").text()
    assert "[bỏ: hai] [thêm: ba]" in said
    assert "từ ngày 15/10/2025" in said


def test_an_answer_offers_the_comparison(talk: Talk) -> None:
    assert "[bỏ:" in talk.taps(talk.says("khoản 2 Điều 6 NĐ 45/2012"), "đã thay đổi thế nào").text()


def test_what_is_new_since_a_day(talk: Talk) -> None:
    said = talk.says("có gì mới từ 1/7/2025?").text()
    assert said.index("303/2026/NĐ-CP") < said.index("235/2025/NĐ-CP") < said.index("38/2025/TT-BCT")
    assert "chưa đối chiếu" in said


@pytest.mark.parametrize(("text", "unsettled"), [
    ("từ 1/3/2027 mở cửa hàng bán lẻ LPG chai thì nộp hồ sơ cấp nào", True), ("ngày 1/8/2025 mở cửa hàng bán lẻ LPG chai nộp hồ sơ cấp nào", False),
])
def test_who_acts_after_the_assignment_ended(talk: Talk, text: str, unsettled: bool) -> None:
    reply = talk.says(text)
    assert ("chưa xác định" in reply.text()) is unsettled


# a rule of one province ---------------------------------------------------------------------------------

RULE = """ỦY BAN NHÂN DÂN
TỈNH LÀO CAI
Số: 77/2026/QĐ-UBND
Lào Cai, ngày 7 tháng 3 năm 2026
QUYẾT ĐỊNH
Quy định về bãi đỗ xe trong cụm công nghiệp trên địa bàn tỉnh Lào Cai
Điều 1. Bãi đỗ xe trong cụm công nghiệp
1. Mỗi cụm công nghiệp dành ít nhất 3% diện tích làm bãi đỗ xe tải cho doanh nghiệp trong cụm.
2. Bãi đỗ xe tải phải có mái che.
Điều 2. Hiệu lực thi hành
Quyết định này có hiệu lực thi hành từ ngày 1 tháng 4 năm 2026.
"""


@pytest.fixture(scope="module")
def provincial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    folder = tmp_path_factory.mktemp("province")
    (folder / "qd-77-2026-ubnd.txt").write_text(RULE, encoding="utf-8")
    settings = Settings(_env_file=None, data_dir=folder / "data")  # type: ignore[call-arg]
    build.library(settings).add([Path(folder / "qd-77-2026-ubnd.txt")])
    yield build.open_answers(settings, lambda _: None)


QUESTION = "bãi đỗ xe tải trong cụm công nghiệp phải chiếm bao nhiêu phần trăm diện tích"


def test_the_province_is_asked_once(provincial: Answers) -> None:
    talk = Talk(provincial)
    first = talk.says(QUESTION)
    assert first.facts["kind"] == "ask_back"
    assert "3%" in talk.taps(first, "Lào Cai").text()
    assert "mái che" in talk.says("bãi đỗ xe tải trong cụm công nghiệp có cần mái che không").text()


def test_a_rule_of_another_province_is_not_shown(provincial: Answers) -> None:
    talk = Talk(provincial)
    assert "3%" not in talk.taps(talk.says(QUESTION), "khác").text()
    assert "3%" not in talk.says(QUESTION).text()


def test_the_province_may_stand_in_the_question(provincial: Answers) -> None:
    assert "3%" in Talk(provincial).says(f"ở lao cai {QUESTION}").text()


# what leans on what was said before ----------------------------------------------------------------------


def test_a_follow_up_stays_on_its_day(talk: Talk) -> None:
    talk.says("Điều 10 NĐ 32/2024 vào ngày 30/6/2025")
    assert "30/6/2025" in talk.says("khoản 1 thì sao?").text()
    assert "14/9/2026" in talk.says("còn bây giờ thì sao").text()
    assert "1/8/2025" in talk.says("ngày 1/8/2025 thì sao").text()


def test_a_short_question_is_about_what_was_spoken_of(talk: Talk) -> None:
    talk.says("Điều 10 NĐ 32/2024")
    assert "Điều 10" in talk.says("ai ký?").text()


@pytest.mark.parametrize("before", ["NĐ 32/2024", ""])
def test_a_bare_number_names_a_document(talk: Talk, before: str) -> None:
    if before:
        talk.says(before)
    assert "139/2025" in talk.says("điều 6 139").text()


def test_a_day_that_does_not_exist(talk: Talk) -> None:
    reply = talk.says("ngày 31/2/2025 mở rộng cụm cần gì")
    assert reply.facts["kind"] == "error"
    assert "31/2/2025" in reply.text()


def test_a_year_long_ago(talk: Talk) -> None:
    assert "Chưa có hiệu lực" in talk.says("năm 1975 điều kiện mở rộng cụm công nghiệp là gì").text()


@pytest.mark.parametrize(("text", "said"), [
    ("điều 8 thông tư 14/2024 còn hiệu lực không", "Không tìm thấy"), ("khoản 1 điều 20 nđ 139 còn hiệu lực không", "Còn hiệu lực vào ngày 25/11/2026"),
])
def test_whether_a_place_is_in_force(talk: Talk, text: str, said: str) -> None:
    assert said in talk.says(text).text()


def test_ended_points_are_not_shown_among_living_ones(talk: Talk) -> None:
    said = talk.says("khoản 2 điều 1 nđ 45").text()
    assert "bốn nhóm" in said
    assert "thành phố loại 2" not in said


def test_the_transitional_article_stands_beside_what_was_moved(talk: Talk) -> None:
    assert "Điều 22 NĐ 139/2025" in talk.says("khoản 2 Điều 10 NĐ 32/2024 vào ngày 1/1/2026").text()
    assert "Điều 22 NĐ 139/2025" not in talk.says("khoản 2 Điều 10 NĐ 32/2024 vào ngày 1/1/2025").text()


def test_a_schedule_that_crosses_a_day_says_so(talk: Talk) -> None:
    said = talk.says("tôi nộp hồ sơ thành lập cụm ngày 24/8/2026").text()
    assert "Đến ngày 18/9/2026" in said
    assert "303/2026/NĐ-CP" in said


def test_a_day_before_the_text_names_the_one_that_ruled(talk: Talk) -> None:
    reply = talk.says("điều kiện thành lập cụm công nghiệp năm 2023")
    assert "68/2017/NĐ-CP" in reply.text()
    assert "not_in_corpus" in reply.facts["warnings"]  # type: ignore[operator]
    assert "chậm nhất" not in talk.says("tôi nộp hồ sơ thành lập cụm ngày 1/3/2023").text()


@pytest.mark.parametrize("text", ["ai ký quyết định thành lập cụm công nghiệp", "trước 1/7/2025 nộp hồ sơ thành lập cụm ở đâu"])
def test_plain_questions_are_not_asked_back(talk: Talk, text: str) -> None:
    assert talk.says(text).facts["kind"] == "answer"


def test_the_documents_of_the_chat_tell_their_relations(talk: Talk) -> None:
    listed = talk.says("/vanban")
    said = talk.taps(listed, "32/2024").text()
    assert "Nghị định 303/2026/NĐ-CP sửa đổi, bổ sung văn bản này" in said
    assert "Văn bản này thay thế Nghị định 68/2017/NĐ-CP" in said


@pytest.mark.parametrize(
    ("day", "told", "not_told"),
    [
        (date(2025, 6, 30), "", "ở bước này"),
        (date(2026, 6, 1), "Việc của UBND cấp huyện ở bước này: do Ủy ban nhân dân cấp xã thực hiện", "chưa xác định"),
        (date(2026, 11, 25), "Việc của UBND cấp huyện ở bước này: chưa xác định", "do Ủy ban nhân dân cấp xã thực hiện"),
    ],
)
def test_each_step_of_the_district_says_who_acts(talk: Talk, day: date, told: str, not_told: str) -> None:
    said = talk.says("các bước thủ tục thành lập cụm công nghiệp", day).text()
    steps = said.split("Ai thực hiện: việc")[0]
    assert "Nơi nhận: UBND cấp huyện" in steps
    assert told in steps
    assert not_told not in steps
