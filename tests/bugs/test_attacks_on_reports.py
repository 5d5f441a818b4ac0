"""What a stranger found who used and attacked the reports: shared files, words that file by themselves, erasures, answers that went astray."""

import hashlib

import pytest
from starlette.testclient import TestClient

from knowledge.corpus import Corpus
from reports.chats import DeskChat
from reports.states import State
from tests.handlers.people import Person, Room
from tests.handlers.test_reporting import TROUBLE, mine, sent_report

PDF = b"%PDF-1.4 cong van chung"


async def test_a_stamped_copy_of_anothers_file_leaves_theirs(room: Room) -> None:
    lan, minh = Person(room, "lan"), Person(room, "minh")
    for person in (lan, minh):
        await person.says("/baocao")
        await person.says(TROUBLE)
    await lan.says("", files=[("a.pdf", PDF)])
    assert "mật" in (await minh.says("", files=[("MẬT x.pdf", PDF)])).lower()
    assert await room.database.files.get(hashlib.sha256(PDF).hexdigest()) == PDF


async def test_one_bad_file_holds_up_no_other(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    files = [("a.pdf", PDF), ("b.exe", b"MZ\x90\x00\xff"), ("c.pdf", PDF + b"c")]
    told = await lan.says(TROUBLE, files=files)
    for name in ("a.pdf", "b.exe", "c.pdf"):
        assert name in told
    assert "(2/6)" in told
    [draft] = await mine(room)
    async with room.database.look() as work:
        assert [a.name for a in await work.reports.attachments(draft.id)] == ["a.pdf", "c.pdf"]


@pytest.mark.parametrize("answers", [1, 2, 3])
async def test_the_word_send_files_nothing_before_the_summary(room: Room, answers: int) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    await lan.picks("Chưa rõ quy định nào")
    for _ in range(answers):
        await lan.picks("Bỏ qua")
    assert "Xem lại" in await lan.says("gửi")
    assert [r.state for r in await mine(room)] == [State.DRAFT]
    assert "Đã tiếp nhận" in await lan.says("gửi")


async def test_words_beside_a_draft_belong_to_what_is_being_added(room: Room) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    await lan.says("/baocao")
    await lan.says("Một vướng mắc khác chưa viết xong")
    async with room.desk() as desk:
        await desk.ask(report.id, "Ông Nam", "Cụm nào?")
    await lan.says("/traloi")
    if "nào?" in lan.last.text() and "Vui lòng" not in lan.last.text() and len(lan.last.choices) > 1:
        await lan.picks("CN ")
    await lan.says("gửi")
    assert sorted(r.state for r in await mine(room)) == sorted([State.DRAFT, State.UNDER_REVIEW])


async def test_a_second_report_command_swallows_nothing(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    assert "(1/6)" in await lan.says("/baocao")
    assert "(2/6)" in await lan.says(TROUBLE)
    await lan.says("/baocao")
    assert "chưa được ghi" in await lan.says("Một nội dung khác hẳn của tôi")
    assert [r.text for r in await mine(room)] == [TROUBLE]


async def test_what_was_carried_away_leaves_no_word_behind(room: Room) -> None:
    web, phone = Person(room, "w1", "web"), Person(room, "77")
    await sent_report(web)
    code = (await web.says("/noi")).split("cuộc trò chuyện: ")[1].split()[0]
    await phone.says(f"/noi {code}")
    await phone.says("/xoa")
    await phone.picks("Xóa tất cả")
    async with room.database.engine.connect() as connection:
        for table in ("inbox", "outbox", "report", "message"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert not [row for row in rows if "bỏ cấp huyện" in repr(row)], table


async def test_consent_to_publication_can_be_given_and_taken_back_later(room: Room) -> None:
    lan = Person(room)
    await sent_report(lan)
    await lan.picks("Xem phản ánh này")
    await lan.picks("Đồng ý công khai")
    assert (await mine(room))[0].publication is True
    await lan.picks("công khai")
    assert (await mine(room))[0].publication is False


async def test_the_desk_hears_what_the_reporter_says_and_does(room: Room) -> None:
    room.chats = {"queue": (DeskChat("telegram", "-100"),)}
    lan = Person(room)
    report = await sent_report(lan)
    async with room.desk() as desk:
        await desk.ask(report.id, "Ông Nam", "Cụm nào?")
    desk_chat = room.sinks["telegram"].sent["-100"]
    room.later(seconds=5)
    await lan.says("/traloi")
    await lan.says("Cụm Điềm Thụy")
    assert "Cụm Điềm Thụy" in desk_chat[-1].text()
    room.later(seconds=5)
    await lan.taps(f"w:withdrawn:{report.id}")
    assert "đã rút" in desk_chat[-1].text()


@pytest.mark.parametrize(("said", "law"), [
    ("Cụm Điềm Thụy, xã Phú Bình", False), ("Đề án máy sấy chè năm 2025", False), ("Chủ đầu tư là công ty An Bình", False),
    ("diện tích tối đa bao nhiêu ha", True),
])  # fmt: skip
async def test_a_plain_answer_to_an_official_is_not_taken_for_a_question(room: Room, said: str, law: bool) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    async with room.desk() as desk:
        await desk.ask(report.id, "Ông Nam", "Cụm nào?")
    told = await lan.says(said)
    assert ("75 ha" in told) is law
    if not law:
        assert "bổ sung" in told
        assert "75 ha" in await lan.picks("tra cứu quy định")


@pytest.mark.parametrize(("typed", "then"), [("mâu thuẫn", "(4/6)"), ("chồng chéo", "(4/6)"), ("mục 3", "(4/6)"), ("3 nhé", "(4/6)"), ("bo qua", "(4/6)")])
async def test_the_words_of_a_choice_can_be_typed(room: Room, typed: str, then: str) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    await lan.picks("Chưa rõ quy định nào")
    assert then in await lan.says(typed)


@pytest.mark.parametrize("text", ["tình trạng phản ánh của tôi thế nào", "xem phan anh da gui", "phản ánh của tôi đến đâu rồi"])
async def test_ones_reports_are_asked_for_in_ones_own_words(room: Room, text: str) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    assert f"CN {report.number[:3]}" in await lan.says(text)


async def test_ones_own_reports_are_not_similar_ones(room: Room) -> None:
    lan = Person(room)
    await sent_report(lan)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    await lan.picks("Chưa rõ quy định nào")
    for _ in range(6):
        if "Gửi phản ánh" not in [c.label for c in lan.last.choices]:
            await lan.picks("Bỏ qua")
    assert "Đã tiếp nhận" in await lan.picks("Gửi phản ánh")


async def test_a_wish_alone_is_not_the_report(room: Room) -> None:
    lan = Person(room)
    assert "(1/6)" in await lan.says("tôi muốn phản ánh")
    assert (await mine(room))[0].text == ""


def test_an_erasure_on_the_web_is_told(corpus: Corpus) -> None:
    import re
    from datetime import date

    from bot import build
    from bot.settings import Settings
    from tests.bot.rooms import web_app

    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    app = web_app(build.talk(settings, lambda: (_ for _ in ()).throw(RuntimeError)), lambda: corpus, today=lambda: date(2026, 11, 26))

    def say(client: TestClient, **form: str) -> str:
        found = re.search(r'name="nonce" value="([^"]+)"', client.get("/").text)
        assert found
        answer = client.post("/hoi", data={"nonce": found[1], **form})
        assert answer.status_code == 200
        return answer.text

    with TestClient(app) as client:
        say(client, text="/baocao")
        say(client, text=TROUBLE)
        say(client, text="/xoa")
        page = say(client, choice="w:erase:yes")
        assert "Đã xóa toàn bộ dữ liệu" in page
        assert "bỏ cấp huyện" not in page


