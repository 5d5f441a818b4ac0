"""What an operations engineer found: desks that were not told, words that went astray, answers that stayed where nobody read."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import build
from knowledge.corpus import Corpus
from reports.chats import DeskChat
from reports.model import Change, Dues
from reports.places import Places
from reports.states import State
from tests.handlers.people import Person, Room, opened_room
from tests.handlers.phones import Sink
from tests.handlers.test_reporting import TROUBLE, enrolled, filled, mine, sent_report

PDF = b"%PDF-1.4 cong van"
GROUP = DeskChat("telegram", "-100")
NAME = "Nguyễn Văn An, công chức xã Phú Bình, 0912345678"


def _heard(room: Room) -> list[str]:
    return [reply.text() for reply in room.sinks["telegram"].sent["-100"]]


async def test_a_name_beside_a_photo_is_no_part_of_the_report(room: Room) -> None:
    room.chats = {"queue": (GROUP,)}
    lan = Person(room)
    await filled(lan, 4)
    await lan.picks("Thêm tên")
    await lan.picks("Bộ Công Thương")
    await lan.says(NAME, files=[("a.pdf", PDF)])
    [draft] = await mine(room)
    assert draft.text == TROUBLE
    async with room.database.look() as work:
        reporter = await work.reports.reporter(room.identity("lan"))
    assert reporter is not None
    assert (reporter.name, reporter.contact) == ("Nguyễn Văn An, công chức xã Phú Bình", "0912345678")
    await lan.picks("Gửi phản ánh")
    assert not [told for told in _heard(room) if "0912345678" in told]


async def test_a_desk_hears_of_words_and_of_each_file(room: Room) -> None:
    room.chats = {"queue": (GROUP,)}
    lan = Person(room)
    await sent_report(lan)
    before = len(_heard(room))
    await lan.says("Nước ngập đoạn km 3", files=[("a.pdf", PDF), ("b.pdf", PDF + b"b")])
    told = _heard(room)[before:]
    for said in ("Nước ngập đoạn km 3", "a.pdf", "b.pdf"):
        assert [one for one in told if said in one], said


@pytest.mark.parametrize("away", [True, False])
async def test_a_diverted_answer_comes_back_to_where_the_person_writes(tmp_path: Path, corpus: Corpus, away: bool) -> None:
    async with opened_room(tmp_path, corpus, [Sink("zalo_oa"), Sink("telegram")]) as room:
        oa, tg = Person(room, "8003"), Person(room, "713", "telegram")
        report = await sent_report(oa)
        code = (await oa.says("/lienket")).split("liên kết: ")[1].split()[0]
        await tg.says(f"/lienket {code}")
        oa.phone.away("8003")
        if away:
            tg.phone.away("713")
        async with room.desk() as desk:
            await desk.reply(report.id, "Ông Nam", "Nộp tại Sở.")
        oa.phone.back("8003")
        seen = len(oa.got)
        await oa.says("xin chào")
        answers = [one for one in oa.got[seen:] if "Nộp tại Sở." in one.text()]
        assert (len(answers), "Nộp tại Sở." in tg.last.text()) == ((1, False) if away else (0, True))
        async with room.database.look() as work:
            assert await work.outbox.undelivered(10) == []


async def test_an_officials_photo_answers_nobody(room: Room) -> None:
    room.chats = {"queue": (GROUP,)}
    lan, binh = Person(room), Person(room, "-100:binh")
    report = await sent_report(lan)
    await enrolled(room, "binh")
    seen = len(lan.got)
    assert "Chưa gửi gì" in await binh.says("Xem công văn kèm theo ảnh", group=True, quoted=_heard(room)[0], files=[("cv.pdf", PDF)])
    assert (len(lan.got), (await mine(room))[0].state) == (seen, State.RECEIVED)
    async with room.database.look() as work:
        assert await work.reports.attachments(report.id) == []


@pytest.mark.parametrize("said", ["ok em", "nhận", "? gì vậy"])
async def test_a_remark_under_a_confirmation_answers_nobody(room: Room, said: str) -> None:
    room.chats = {"queue": (GROUP,)}
    lan, binh = Person(room), Person(room, "-100:binh")
    await sent_report(lan)
    await enrolled(room, "binh")
    confirmed = await binh.says("nhận", group=True, quoted=_heard(room)[0])
    assert "Đã nhận xem xét" in confirmed
    seen = len(lan.got)
    assert "Chưa gửi gì" in await binh.says(said, group=True, quoted=confirmed)
    assert (len(lan.got), (await mine(room))[0].state) == (seen, State.UNDER_REVIEW)


async def test_a_clock_that_runs_out_again_is_told_again(room: Room) -> None:
    lan = Person(room)
    report = await sent_report(lan)
    late = []
    for day in (date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 20)):
        async with room.database.work() as work:
            now = await work.reports.get(report.id)
            assert now is not None
            await work.reports.keep(Change(replace(now, dues=Dues(answer=day)), ()))
        await build.tell_desks(room.database, {"queue": (GROUP,)}, Places.load(), room.now())
        await room.settle()
        late.append(sum("quá hạn" in told for told in _heard(room)))
    assert late == [1, 1, 2]


@pytest.mark.parametrize("caption", ["1", "số 1", "bỏ qua"])
async def test_a_caption_can_choose(room: Room, caption: str) -> None:
    lan = Person(room)
    await filled(lan, 0)
    told = await lan.says(caption, files=[("a.pdf", PDF)])
    assert "Đã đính kèm" in told
    assert "(4/6)" in told
    assert (await mine(room))[0].text == TROUBLE


@pytest.mark.parametrize(("caption", "text", "then"), [
    ("/baocao Xã tôi vướng đất làm cụm", "Xã tôi vướng đất làm cụm", "(2/6)"), ("báo cáo", "", "(1/6)"),
    ("Xã tôi vướng: không có đất làm cụm", "Xã tôi vướng: không có đất làm cụm", "(2/6)"),
])  # fmt: skip
async def test_a_caption_can_begin_a_report(room: Room, caption: str, text: str, then: str) -> None:
    lan = Person(room)
    told = await lan.says(caption, files=[("a.pdf", PDF)])
    assert "Đã đính kèm" in told
    assert then in told
    [draft] = await mine(room)
    async with room.database.look() as work:
        assert (draft.text, len(await work.reports.attachments(draft.id))) == (text, 1)


async def test_a_number_that_is_not_in_the_list_is_no_provision(room: Room, corpus: Corpus) -> None:
    room.likely = [corpus.by_key["32-2024-nd-cp.8.1"]]
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    asked = [c.label for c in lan.last.choices]
    room.likely = [corpus.by_key["32-2024-nd-cp.9.1"]]
    assert "chọn một mục trong danh sách" in await lan.says("9")
    assert [c.label for c in lan.last.choices] == asked
