"""The dialogue about reports, through inbox, worker and outbox: as people lead it, with buttons and with numbers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.corpus import Corpus, load_digests
from knowledge.provision import Ref
from reports.chats import DeskChat
from reports.model import Field, Identity, NameSeen, Problem, Regime, Report, ReporterKind, Unfixed
from reports.states import State
from tests.handlers.people import Person, Room, opened_room
from tests.handlers.phones import Telegram, Web, ZaloBot, ZaloOa

TROUBLE = "Xã không biết gửi hồ sơ thành lập cụm công nghiệp cho cơ quan nào sau khi bỏ cấp huyện"
PDF = b"%PDF-1.4 noi dung"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
# Every channel in both ways of choosing, where it has both.
WAYS = [(Telegram, True), (Telegram, False), (Web, True), (Web, False), (ZaloBot, False), (ZaloOa, False)]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(load_digests())


@pytest_asyncio.fixture(params=WAYS, ids=lambda way: f"{way[0].name}-{'buttons' if way[1] else 'numbers'}")
async def room(request: pytest.FixtureRequest, tmp_path: Path, corpus: Corpus) -> AsyncIterator[Room]:
    phone, buttons = request.param
    phones = [phone()] if phone is Web else [phone(), Web()]
    async with opened_room(tmp_path, corpus, phones, buttons=buttons) as opened:
        yield opened


async def mine(room: Room, name: str = "lan", channel: str = "") -> list[Report]:
    async with room.database.look() as work:
        return list(await work.reports.of(room.identity(name, channel)))


async def filled(person: Person, skipped: int) -> None:
    """A draft about an unknown provision, of which so many further questions are skipped."""
    await person.says("/baocao")
    await person.says(TROUBLE)
    await person.picks("Chưa rõ quy định nào")
    for _ in range(skipped):
        await person.picks("Bỏ qua")


async def sent_report(person: Person, text: str = TROUBLE) -> Report:
    """A report by the shortest way."""
    await person.says("/baocao")
    await person.says(text)
    await person.picks("Chưa rõ quy định nào")
    for _ in range(4):
        if "Gửi phản ánh" not in [c.label for c in person.last.choices]:
            await person.picks("Bỏ qua")
    await person.picks("Gửi phản ánh")
    if any("Vẫn gửi riêng" in c.label for c in person.last.choices):
        await person.picks("Vẫn gửi riêng")
    return (await mine(person.room, person.name, person.phone.name))[0]


# --- filling in ---------------------------------------------------------------------------------------


async def test_six_questions_a_summary_and_a_receipt(room: Room) -> None:
    lan = Person(room)
    assert "(1/6)" in await lan.says("/baocao")
    assert "bí mật nhà nước" in lan.last.text()
    assert "(2/6)" in await lan.says(TROUBLE)
    assert "(3/6)" in await lan.says("điểm b khoản 1 Điều 3 Thông tư 14/2024")
    assert "(4/6)" in await lan.picks("mâu thuẫn")
    assert "(5/6)" in await lan.picks("Cán bộ, công chức xã")
    assert "(6/6)" in await lan.says("xã Phú Bình, Thái Nguyên")
    assert ("PDF, Word, Excel ngay trong" in lan.last.text()) is (room.home != "zalo")
    summary = await lan.says("Đề nghị Bộ có văn bản hướng dẫn chung")
    for words in (TROUBLE, "Điểm b khoản 1 Điều 3 TT 14/2024", "mâu thuẫn", "Phú Bình", "Đề nghị Bộ có văn bản", "không nêu tên"):
        assert words in summary
    receipt = await lan.picks("Gửi phản ánh")
    [report] = await mine(room)
    assert report.state is State.RECEIVED
    assert report.provision == Ref("14/2024/TT-BCT", "3", "1", "b")
    assert (report.regime, report.problem, report.field) == (Regime.DOCUMENT, Problem.CONTRADICTORY, Field.CLUSTERS)
    assert (report.province, report.first_words, report.publication, report.name_seen) == ("19", TROUBLE, None, None)
    for words in (f"CN {report.number[:3]}", "Cục Đổi mới sáng tạo", "Sở Công Thương Tỉnh Thái Nguyên", "12/10/2026", "thời hạn nội bộ", "không thay cho"):
        assert words in receipt
    async with room.database.look() as work:
        reporter = await work.reports.reporter(room.identity())
    assert reporter is not None
    assert (reporter.kind, reporter.name, reporter.contact) == (ReporterKind.COMMUNE, "", "")
    assert reporter.noticed_at is not None


async def test_who_and_where_are_asked_once(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 1)
    await lan.picks("Cán bộ, công chức xã")
    await lan.says("xã Phú Bình, Thái Nguyên")
    await lan.picks("Bỏ qua")
    await lan.picks("Gửi phản ánh")
    await lan.says("/baocao")
    await lan.says("Mức hỗ trợ khuyến công quá thấp so với giá máy móc hiện nay")
    await lan.picks("Không do quy định nào")
    assert "(6/6)" in await lan.picks("Bỏ qua")
    assert "Phú Bình" in await lan.picks("Bỏ qua")


async def test_a_report_about_an_answer_carries_question_answer_and_provision(room: Room) -> None:
    lan = Person(room)
    await lan.says("cụm mở rộng tối đa bao nhiêu ha")
    assert "Dùng câu vừa hỏi" in (await lan.picks("Báo vướng mắc"))
    assert "(3/6)" in await lan.picks("Dùng câu vừa hỏi")
    [draft] = await mine(room)
    assert draft.provision == Ref("32/2024/NĐ-CP", "8", "2")
    async with room.database.look() as work:
        [note] = await work.reports.thread(draft.id)
    assert "cụm mở rộng tối đa bao nhiêu ha" in note.text
    assert "75 ha" in note.text


@pytest.mark.parametrize("text", [
    "vướng quá, hồ sơ trả đi trả lại ba lần mà không ai hướng dẫn", "kien nghi sua dieu 8 vi quy dinh dien tich qua cao",
    "Quy định về diện tích tối thiểu quá cao, xã tôi không đủ đất, rất vướng",
])  # fmt: skip
async def test_a_difficulty_that_is_told_is_recognised(room: Room, text: str) -> None:
    lan = Person(room)
    assert "phản ánh" in await lan.says(text)
    assert room.law.asked == []
    await lan.picks("Gửi phản ánh với nội dung này")
    [draft] = await mine(room)
    assert draft.text == text
    assert draft.is_draft


@pytest.mark.parametrize(("typed", "step"), [
    ("quay lại", "(1/6)"), ("quay lai", "(1/6)"), ("/quaylai", "(1/6)"), ("hủy", "hủy phản ánh"), ("/huy", "hủy phản ánh"),
])  # fmt: skip
async def test_words_do_what_buttons_do(room: Room, typed: str, step: str) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    assert step in await lan.says(typed)


async def test_what_was_written_can_be_changed(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 1)
    await lan.picks("Doanh nghiệp")
    await lan.picks("Bỏ qua")
    await lan.picks("Bỏ qua")
    await lan.picks("Sửa")
    await lan.picks("Vướng mắc")
    summary = await lan.says("Thủ tục giao đất cho cụm kéo dài quá lâu")
    assert "Thủ tục giao đất" in summary
    assert "Gửi phản ánh" in [c.label for c in lan.last.choices]
    await lan.picks("Gửi phản ánh")
    [report] = await mine(room)
    assert (report.text, report.first_words) == ("Thủ tục giao đất cho cụm kéo dài quá lâu", TROUBLE)


async def test_an_edited_message_changes_the_draft_and_not_what_was_sent(room: Room) -> None:
    room.needs("edits")
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says("Hồ sơ thành lập cụm nộp cho ai")
    message = lan.message
    assert "Đã cập nhật" in await lan.says(TROUBLE, edits=message)
    assert (await mine(room))[0].text == TROUBLE
    await lan.picks("Chưa rõ quy định nào")
    for _ in range(4):
        await lan.picks("Bỏ qua")
    await lan.picks("Gửi phản ánh")
    assert "Đã cập nhật" not in await lan.says("khác", edits=message)
    assert (await mine(room))[0].text == TROUBLE


async def test_a_draft_outlives_a_day_and_is_not_filled_by_chance(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    room.later(hours=25)
    await lan.says("cụm công nghiệp là gì")
    assert room.law.asked == ["cụm công nghiệp là gì"]
    assert "(1/6)" in await lan.says("/baocao") or "đang soạn" in lan.last.text()
    assert len(await mine(room)) == 1


async def test_a_number_that_answers_a_list_that_is_gone_is_never_guessed(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    room.later(hours=25)
    await lan.says("1")
    assert (await mine(room))[0].provision is None


async def test_a_question_of_law_in_between_leaves_the_draft(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    assert "/baocao" in await lan.says("/vanban")
    await lan.says("/baocao")
    assert "(2/6)" in await lan.picks("Soạn tiếp")


async def test_a_question_typed_at_a_list_can_be_looked_up_and_the_draft_goes_on(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 0)
    assert "(3/6)" in await lan.says("cụm công nghiệp rộng tối đa bao nhiêu ha?")
    told = await lan.picks("Tra cứu câu vừa gõ")
    assert room.law.asked[-1] == "cụm công nghiệp rộng tối đa bao nhiêu ha?"
    assert "75 ha" in told
    assert "/baocao" in told
    await lan.says("/baocao")
    assert "(3/6)" in await lan.picks("Soạn tiếp")
    assert "Tra cứu" not in await lan.says("trong cụm còn vướng nhiều")


@pytest.mark.parametrize(("typed", "code"), [
    ("xã Phú Bình, Thái Nguyên", "19"), ("phu binh thai nguyen", "19"), ("Thái Nguyên", "19"), ("tỉnh Yên Bái", "15"), ("TP Hồ Chí Minh", "79"),
])  # fmt: skip
async def test_places_are_understood(room: Room, typed: str, code: str) -> None:
    lan = Person(room)
    await filled(lan, 2)
    await lan.says(typed)
    while "(6/6)" not in lan.last.text():
        await lan.picks("Thái Nguyên" if code == "19" else "")
    assert (await mine(room))[0].province == code


async def test_a_commune_that_is_not_known_is_not_dropped_in_silence(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 2)
    told = await lan.says("xã Không Có Thật, Thái Nguyên")
    assert "chỉ ghi Tỉnh Thái Nguyên" in told
    assert "(6/6)" in told
    await lan.says("quay lại")
    assert "chỉ ghi" not in await lan.says("xã Phú Bình, Thái Nguyên")
    assert (await mine(room))[0].commune != ""


async def test_a_name_is_asked_for_only_when_it_is_offered(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 4)
    assert "được xem tên" in await lan.picks("Thêm tên")
    await lan.picks("Chỉ Bộ Công Thương")
    summary = await lan.says("Nguyễn Thị Lan, công chức xã Phú Bình, sđt 0912 345 678, lan@example.org")
    assert "0912 345 678, lan@example.org" in summary
    await lan.picks("Đồng ý công khai")
    receipt = await lan.picks("Gửi phản ánh")
    assert "Cổng Dịch vụ công" not in receipt
    [report] = await mine(room)
    assert (report.name_seen, report.publication) == (NameSeen.MINISTRY, True)
    async with room.database.look() as work:
        reporter = await work.reports.reporter(room.identity())
    assert reporter is not None
    assert reporter.name == "Nguyễn Thị Lan, công chức xã Phú Bình"


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Công văn đóng dấu MẬT số 12 nói rằng …", "tài liệu tuyệt mật về cụm công nghiệp", "TỐI MẬT"])
async def test_classified_words_are_stopped_and_not_kept(room: Room, text: str) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    assert "mật" in (await lan.says(text)).lower()
    assert (await mine(room))[0].text == ""
    async with room.database.engine.connect() as connection:
        for table, column in (("inbox", "payload"), ("report", "text"), ("message", "text"), ("history", "why")):
            rows = (await connection.exec_driver_sql(f"SELECT {column} FROM {table}")).scalars().all()
            assert not any(text in str(row) for row in rows), table
    assert "(2/6)" in await lan.says(TROUBLE)


async def test_a_denunciation_is_shown_the_right_door_and_not_filed(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    assert "tố cáo" in await lan.says("Tôi tố cáo ông chủ tịch xã nhận hối lộ khi giao đất cụm công nghiệp")
    assert (await mine(room))[0].text == ""


@pytest.mark.parametrize(("name", "content", "words"), [
    ("don.exe", b"MZ\x90\x00", "Không nhận"), ("a.pdf", b"MZ\x90\x00", "Không nhận"), ("rong.pdf", b"", "rỗng"),
    ("../../etc/passwd.pdf", PDF, "passwd.pdf"), ("CV 12 MAT.pdf", PDF, "mật"), ("anh.pdf\u202efdp.exe", PDF, ""),
])  # fmt: skip
async def test_files_are_checked(room: Room, name: str, content: bytes, words: str) -> None:
    room.needs("files")
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    assert words in await lan.says("", files=[(name, content)])
    async with room.database.look() as work:
        [draft] = await work.reports.of(room.identity())
        kept = await work.reports.attachments(draft.id)
    assert all("/" not in a.name and "\u202e" not in a.name for a in kept)
    assert "(2/6)" in await lan.says("x")


async def test_a_file_goes_to_the_draft_and_the_question_stands_again(room: Room) -> None:
    room.needs("files")
    lan = Person(room)
    await lan.says("/baocao")
    told = await lan.says(TROUBLE, files=[("cv.pdf", PDF)])
    assert "cv.pdf" in told
    assert "(2/6)" in told
    await lan.picks("Chưa rõ quy định nào")
    for _ in range(4):
        await lan.picks("Bỏ qua")
    assert "cv.pdf" in lan.last.text()


async def test_a_file_without_a_report_is_not_taken_and_says_so(room: Room) -> None:
    room.needs("files")
    lan = Person(room)
    assert "/baocao" in await lan.says("", files=[("cv.pdf", PDF)])


async def test_a_photo_goes_to_the_draft(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    told = await lan.says("", files=[("anh.png", PNG)])
    assert "(2/6)" in told
    [draft] = await mine(room)
    async with room.database.look() as work:
        [kept] = await work.reports.attachments(draft.id)
        assert await work.files.get(kept.digest) == PNG


async def test_the_sixth_report_within_an_hour_waits(room: Room) -> None:
    lan = Person(room)
    topics = ["diện tích tối thiểu", "hồ sơ chủ đầu tư", "hạ tầng giao thông", "mức hỗ trợ máy móc", "thời hạn báo cáo", "quy hoạch chi tiết"]
    for topic in topics[:5]:
        await sent_report(lan, f"Vướng về {topic} của đơn vị chúng tôi năm nay")
        assert "Đã tiếp nhận" in lan.last.text()
    await sent_report(lan, f"Vướng về {topics[5]} của đơn vị chúng tôi năm nay")
    assert "10:00" in lan.last.text()
    room.later(minutes=61)
    await lan.says("/baocao")
    await lan.picks("oạn tiếp")
    told = await lan.picks("Gửi phản ánh")
    assert "Đã tiếp nhận" in (await lan.picks("Vẫn gửi riêng") if "Đã có" in told else told)


async def test_in_a_group_nothing_is_taken(room: Room) -> None:
    room.needs("groups")
    lan = Person(room)
    assert "riêng" in await lan.says("/baocao", group=True)
    assert await mine(room) == []


# --- similar reports ----------------------------------------------------------------------------------


async def test_the_same_difficulty_is_shown_and_can_be_joined(room: Room) -> None:
    lan, minh, ha = Person(room, "lan"), Person(room, "minh", "web"), Person(room, "ha")
    first = await sent_report(lan)
    await minh.says("/baocao")
    await minh.says("Không biết gửi hồ sơ thành lập cụm công nghiệp cho cơ quan nào khi đã bỏ cấp huyện")
    await minh.picks("Chưa rõ quy định nào")
    for _ in range(4):
        await minh.picks("Bỏ qua")
    shown = await minh.picks("Gửi phản ánh")
    assert "Đã có 1 phản ánh" in shown
    assert TROUBLE not in shown
    assert "Đã tiếp nhận" in await minh.picks("Gộp vào")
    [joined] = await mine(room, "minh", "web")
    assert (joined.state, joined.merged_into) == (State.MERGED, first.id)
    async with room.desk() as desk:
        await desk.reply(first.id, "Bà Bình", "Nộp tại Sở Công Thương.")
    assert "Nộp tại Sở Công Thương." in lan.last.text()
    assert "Nộp tại Sở Công Thương." in minh.last.text()
    # who joins what was answered reads the answer at once
    await filled(ha, 4)
    assert "Đã có 2 phản ánh" in await ha.picks("Gửi phản ánh")
    assert "Nộp tại Sở Công Thương." in await ha.picks("xem câu trả lời")


async def test_an_id_that_was_not_offered_joins_nothing(room: Room) -> None:
    room.needs("buttons")
    lan, minh = Person(room, "lan"), Person(room, "minh")
    other = await sent_report(minh, "Mức hỗ trợ máy móc của khuyến công quá thấp")
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    await lan.taps(f"w:join:{other.id}")
    assert [r.state for r in await mine(room)] == [State.DRAFT]


# --- afterwards ---------------------------------------------------------------------------------------


async def test_an_official_asks_and_the_reporter_answers_in_the_chat(room: Room) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    async with room.desk() as desk:
        await desk.ask(report.id, "Ông Nam", "Xã đã có quy hoạch chưa?")
    assert "Xã đã có quy hoạch chưa?" in lan.last.text()
    assert "không phải do trợ lý" in lan.last.text()
    await lan.says("/traloi")
    assert "Đã bổ sung" in await lan.says("Đã có quy hoạch từ năm 2024")
    [after] = await mine(room)
    assert after.state is State.UNDER_REVIEW
    async with room.desk() as desk:
        await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
    assert "Nộp tại Sở." in lan.last.text()
    await lan.says("/cuatoi")
    await lan.picks("CN ")
    await lan.picks("ở lại")
    await lan.says("Sở trả lời là chưa nhận")
    assert (await mine(room))[0].state is State.REOPENED


async def test_a_plain_answer_to_a_question_of_the_desk_is_offered_to_be_sent(room: Room) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    async with room.desk() as desk:
        await desk.ask(report.id, "Ông Nam", "Xã đã có quy hoạch chưa?")
    room.law.kind = "ask_back"
    assert "có phải là nội dung bổ sung không" in await lan.says("Xa Phu Binh a")  # "ạ" without its accent looks like a question
    room.law.kind = "answer"
    await lan.says("Xã có quy hoạch từ 2024 rồi")
    await lan.picks(f"CN {report.number[:3]}")
    async with room.database.look() as work:
        assert [m.text for m in await work.reports.thread(report.id)][-1] == "Xã có quy hoạch từ 2024 rồi"


async def test_status_by_number_for_its_reporter_alone(room: Room) -> None:
    lan, minh = Person(room, "lan"), Person(room, "minh")
    report = await sent_report(lan)
    receipt = lan.last.text()
    number = f"CN {report.number[:3]} {report.number[3:6]} {report.number[6:]}"
    for typed in (number, number.lower(), report.number, f"/tracuu {number}", f"{number} đến đâu rồi ạ"):
        assert "đã tiếp nhận" in await lan.says(typed)
    nothing = await minh.says(number)
    assert "Không tìm thấy" in nothing
    assert await minh.says("CN 000 000 0000") == nothing
    code = receipt.split(number + " ")[1].split("”")[0]
    assert "đã tiếp nhận" in await minh.says(f"/tracuu {number} {code}")
    assert "Không tìm thấy" in await minh.says(f"/tracuu {number} {code[:-1]}{'1' if code[-1] == '0' else '0'}")
    if "buttons" in minh.phone.can:
        assert "Không tìm thấy" in await minh.taps(f"w:open:{report.id}")
        assert "Không tìm thấy" in await minh.taps(f"w:withdrawn:{report.id}")


async def test_withdrawing_and_reopening(room: Room) -> None:
    lan = Person(room)
    await sent_report(lan)
    await lan.picks("Xem phản ánh này")
    await lan.picks("Rút phản ánh")
    await lan.picks("Rút phản ánh này")
    assert (await mine(room))[0].state is State.WITHDRAWN
    await lan.picks("ở lại")
    await lan.picks("không nêu lý do")
    assert (await mine(room))[0].state is State.REOPENED


async def test_who_cannot_be_reached_gets_it_when_they_write_again(room: Room) -> None:
    room.needs("absence")
    lan = Person(room)
    report = await sent_report(lan)
    lan.phone.away("lan")
    async with room.desk() as desk:
        await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
    async with room.database.look() as work:
        assert (await work.outbox.counts())["held"] == 1
    lan.phone.back("lan")
    before = len(lan.got)
    await lan.says("chào")
    assert "Nộp tại Sở." in " ".join(r.text() for r in lan.got[before:])


@pytest.mark.parametrize("typed", ["có trả lời chưa ạ?", "da co ket qua chua", "đến đâu rồi", "phản ánh của tôi xử lý đến đâu rồi ạ", "giải quyết xong chưa"])
async def test_who_asks_how_it_stands_sees_their_reports(room: Room, typed: str) -> None:
    lan = Person(room)
    await sent_report(lan)
    assert "Phản ánh của anh/chị (1)" in await lan.says(typed)


async def test_overdue_is_seen_by_the_reporter(room: Room) -> None:
    lan = Person(room)
    await sent_report(lan)
    room.later(days=30)
    assert "quá hạn" in await lan.says("/cuatoi")


# --- rights -------------------------------------------------------------------------------------------


async def test_everything_can_be_seen_and_erased(room: Room) -> None:
    lan, minh = Person(room, "lan"), Person(room, "minh")
    kept = await sent_report(minh, "Mức hỗ trợ máy móc của khuyến công quá thấp")
    await sent_report(lan)
    who = room.identity().person
    seen = await lan.says("/riengtu")
    assert "Phản ánh đã gửi: 1" in seen
    await lan.picks("Xóa tất cả")
    assert "Đã xóa" in await lan.picks("Xóa tất cả")
    async with room.database.engine.connect() as connection:
        for table in ("inbox", "report", "message", "history", "conversation", "reporter", "attachment", "carrying"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert not any(f"'{who}'" in repr(row) or "bỏ cấp huyện" in repr(row) for row in rows if table != "conversation"), table
    assert (await mine(room, "minh"))[0].id == kept.id
    # a newcomer afterwards: nothing is remembered, and a restart erases nothing new
    room.later(minutes=5)
    await sent_report(lan, "Thủ tục giao đất quá lâu")
    assert await room.database.erase_again(room.at) == 0
    assert [r.text for r in await mine(room)] == ["Thủ tục giao đất quá lâu"]


async def test_a_code_carries_the_conversation_to_another_channel_and_back(room: Room) -> None:
    web, phone, stranger = Person(room, "w1", "web"), Person(room, "77"), Person(room, "88")
    report = await sent_report(web)
    code = (await web.says("/noi")).split("cuộc trò chuyện: ")[1].split()[0]
    assert "không đúng" in await stranger.says("/noi AAAAA-BBBBB")
    await phone.says(f"/noi {code.lower()}")
    assert [r.id for r in await mine(room, "77")] == [report.id]
    assert await mine(room, "w1", "web") == []
    assert "không đúng" in await stranger.says(f"/noi {code}")
    async with room.desk() as desk:
        await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
    assert "Nộp tại Sở." in phone.last.text()
    back = (await phone.says("/noi")).split("cuộc trò chuyện: ")[1].split()[0]
    room.later(minutes=16)
    assert "không đúng" in await web.says(f"/noi {back}")
    back = (await phone.says("/noi")).split("cuộc trò chuyện: ")[1].split()[0]
    await web.says(f"/noi {back}")
    assert [r.id for r in await mine(room, "w1", "web")] == [report.id]


async def test_two_channels_of_one_person_are_linked_and_parted_again(room: Room) -> None:
    web, phone, stranger = Person(room, "w1", "web"), Person(room, "77"), Person(room, "88")
    report = await sent_report(phone)
    code = (await web.says("/lienket")).split("liên kết: ")[1].split()[0]
    assert "không đúng" in await stranger.says("/lienket AAAAA-BBBBB")
    await phone.says(f"/lienket {code}")
    assert f"CN {report.number[:3]}" in await web.says("/cuatoi")
    if "absence" not in phone.phone.can:
        return  # a page is never unreachable
    phone.phone.away("77")
    async with room.desk() as desk:
        await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
    assert "Nộp tại Sở." in web.last.text()
    async with room.database.look() as work:
        assert (await work.outbox.counts()).get("held", 0) == 0
    await web.says("/cuatoi")
    await web.picks("CN ")
    await web.picks("ở lại")
    await web.says("Sở chưa nhận")
    phone.phone.back("77")
    assert (await mine(room, "77"))[0].state is State.REOPENED
    assert "thôi liên kết" in await web.says("/lienket bỏ")
    assert "chưa gửi phản ánh" in await web.says("/cuatoi")
    assert "Không tìm thấy" in await web.taps(f"w:open:{report.id}")


async def test_an_erasure_reaches_the_linked_channel(room: Room) -> None:
    web, phone = Person(room, "w1", "web"), Person(room, "77")
    await sent_report(phone)
    code = (await web.says("/lienket")).split("liên kết: ")[1].split()[0]
    await phone.says(f"/lienket {code}")
    await web.says("/xoa")
    await web.picks("Xóa tất cả")
    assert await mine(room, "77") == []


# --- chats of desks -----------------------------------------------------------------------------------


async def test_a_desk_hears_of_a_report_and_answers_by_replying(room: Room) -> None:
    room.needs("quotes")
    room.chats = {"queue": (DeskChat("telegram", "-100"),)}
    lan, binh, stranger = Person(room), Person(room, "-100:binh"), Person(room, "-100:la")
    report = await sent_report(lan, "Xã chưa rõ nộp báo cáo cụm công nghiệp ở đâu <b>0912</b>")
    told = lan.phone.screens["-100"][-1].text()
    assert f"CN {report.number[:3]}" in told
    assert "nộp báo cáo cụm" in told
    async with room.database.work() as work:
        code = await work.carrying.code(Identity("staff", "Bà Bình, Phòng QLCN"), room.at)
    assert "đã đăng ký mới" in await stranger.says("Nộp tại Sở.", group=True, quoted=told)
    assert "đã đăng ký mới" in await binh.says("Nộp tại Sở.", group=True, quoted=told)
    await Person(room, "binh").says(f"/canbo {code}")
    assert "Đã gửi câu hỏi" in await binh.says("? Xã nào vậy", group=True, quoted=told)
    assert "Xã nào vậy" in lan.last.text()
    assert "Đã gửi câu trả lời" in await binh.says("Nộp tại Sở.", group=True, quoted=told)
    assert "Nộp tại Sở." in lan.last.text()
    assert "Bà Bình, Phòng QLCN" in lan.last.text()
    assert "không làm được" in await binh.says("nhận", group=True, quoted=told) or "trạng thái" in binh.last.text()


async def enrolled(room: Room, name: str, official: str = "Bà Bình, Phòng QLCN") -> None:
    async with room.database.work() as work:
        code = await work.carrying.code(Identity("staff", official), room.at)
    assert official in await Person(room, name).says(f"/canbo {code}")


async def test_a_desk_hears_of_a_report_and_orders_with_its_number(room: Room) -> None:
    room.needs("groups")
    room.chats = {"queue": (DeskChat(room.home, room.identity("-100").person),)}
    lan, binh, stranger = Person(room), Person(room, "-100:binh"), Person(room, "-100:la")
    assert f'channel: {room.home}, chat: "{room.identity("-100").person}"' in await stranger.says("/nhom", group=True)
    assert "chỉ dùng trong nhóm" in await lan.says("/nhom")
    report = await sent_report(lan, "Xã chưa rõ nộp báo cáo cụm công nghiệp ở đâu <b>0912</b>")
    told = lan.phone.screens["-100"][-1].text()
    number = f"CN {report.number[:3]} {report.number[3:6]} {report.number[6:]}"
    assert number in told
    assert (f"{number} trả lời: …" in told) is (room.home == "zalo")
    assert "đã đăng ký mới" in await stranger.says(f"{number} trả lời: Nộp tại Sở.", group=True)
    await enrolled(room, "binh")
    assert "Chưa có nội dung" in await binh.says(f"{number} hỏi:  ", group=True)
    assert "Đã gửi câu hỏi" in await binh.says(f"{number.lower()} hoi: Xã nào vậy?", group=True)
    assert "Xã nào vậy?" in lan.last.text()
    assert "Đã gửi câu trả lời" in await binh.says(f"{number}, Trả lời: Nộp tại Sở.\nKhông cần nộp ở xã.", group=True)
    assert "Không cần nộp ở xã." in lan.last.text()
    assert "Bà Bình, Phòng QLCN" in lan.last.text()


async def test_an_official_orders_in_private_and_a_reporter_only_looks(room: Room) -> None:
    lan, binh, minh = Person(room), Person(room, "binh"), Person(room, "minh")
    report = await sent_report(lan)
    number = f"CN {report.number[:3]} {report.number[3:6]} {report.number[6:]}"
    assert "đã tiếp nhận" in await lan.says(f"{number} trả lời: đã nộp")
    assert "Không tìm thấy" in await minh.says(f"{number} nhận")
    await enrolled(room, "binh")
    assert "Đã nhận xem xét" in await binh.says(f"{number} nhận")
    assert (await mine(room))[0].state is State.UNDER_REVIEW
    assert "bắt đầu xem xét" in lan.last.text()
    assert "Đã gửi câu trả lời" in await binh.says(f"{number} tra loi: Nop tai So.")
    assert "Nop tai So." in lan.last.text()
    assert "Không tìm thấy" in await binh.says("CN 000 000 0000 trả lời: gì đó")


async def test_a_desk_hears_that_its_answer_has_not_arrived(room: Room) -> None:
    room.needs("groups")
    room.chats = {"queue": (DeskChat(room.home, room.identity("-100").person),)}
    lan = Person(room)
    report = await sent_report(lan, "Xã chưa rõ nộp báo cáo cụm công nghiệp ở đâu")
    lan.phone.away("lan")
    async with room.desk() as desk:
        await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
    told = lan.phone.screens["-100"][-1].text()
    assert f"CN {report.number[:3]}" in told
    assert "chưa đến được người gửi phản ánh" in told
    assert "tự gửi khi họ nhắn lại" in told
    assert "Nộp tại Sở" not in told
    heard = len(lan.phone.screens["-100"])
    lan.phone.back("lan")
    await lan.says("chào")
    assert len(lan.phone.screens["-100"]) == heard


async def test_a_code_of_the_operator_enrols_and_another_does_not(room: Room) -> None:
    lan = Person(room)
    web = Person(room, "w", "web")
    code = (await web.says("/noi")).split("cuộc trò chuyện: ")[1].split()[0]
    assert "không đúng" in await lan.says(f"/canbo {code}")
    async with room.database.look() as work:
        assert await work.staff.name(room.identity()) is None


# --- reports go on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [RuntimeError("no index"), TimeoutError()])
async def test_without_search_and_law_reports_go_on(room: Room, fault: Exception) -> None:
    room.law.fault = room.find_fault = fault
    lan = Person(room)
    assert "/baocao" in await lan.says("cụm công nghiệp là gì")
    report = await sent_report(lan)
    assert report.state is State.RECEIVED
    assert report.provision is Unfixed.UNKNOWN


async def test_the_same_update_again_is_one_report(room: Room) -> None:
    lan = Person(room)
    await sent_report(lan)
    for _ in range(3):
        await room.again(0)
    room.later(hours=23)
    await room.again(0)
    assert len(await mine(room)) == 1


async def test_english_is_spoken_where_it_is_chosen(room: Room) -> None:
    lan = Person(room)
    await lan.phone.english("lan")
    assert "(1/6)" in await lan.says("/report")
    assert "state secret" in lan.last.text().lower()
