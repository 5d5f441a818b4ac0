"""Files amid the dialogue: lists that shifted behind them, and words beside them that were lost."""

import pytest

from knowledge.corpus import Corpus
from reports.model import Report, Source
from reports.states import State
from tests.handlers.people import Person, Room
from tests.handlers.test_reporting import TROUBLE, filled, mine, sent_report

PDF = b"%PDF-1.4 cong van"
WORDS = "Ảnh chụp công văn của Sở trả lại hồ sơ"


@pytest.fixture
def likely(room: Room, corpus: Corpus) -> None:
    """The law finds provisions for what is written."""
    room.likely = [corpus.by_key[key] for key in ("32-2024-nd-cp.8.1", "32-2024-nd-cp.8.2")]


def _shown(lan: Person) -> list[str]:
    return [c.label for c in lan.last.choices]


async def _text(room: Room) -> str:
    return (await mine(room))[0].text


@pytest.mark.usefixtures("likely")
async def test_the_list_of_provisions_stays_as_it_was_shown(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    asked = _shown(lan)
    assert len(asked) == 2 + 4
    room.likely = []
    await lan.says("", files=[("a.pdf", PDF)])
    assert _shown(lan) == asked
    await lan.says("điều gì đó khác")
    assert _shown(lan) == asked
    await lan.says("2")
    await lan.says("quay lại")
    assert _shown(lan) == asked
    await lan.says("1")
    [draft] = await mine(room)
    assert str(draft.provision) == "khoản 1 Điều 8 Nghị định số 32/2024/NĐ-CP"


@pytest.mark.usefixtures("likely")
async def test_other_words_have_other_provisions(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    await lan.says("quay lại")
    room.likely = []
    await lan.says("Kinh phí khuyến công của xã không có nguồn chi")
    assert _shown(lan)[0] == "Chưa rõ quy định nào"
    await lan.picks("Hủy")
    await lan.picks("Hủy, không gửi")
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    assert _shown(lan)[0] == "Chưa rõ quy định nào"


@pytest.mark.parametrize("skipped", [0, 1, 2, 4])
async def test_words_beside_a_file_join_the_report(room: Room, skipped: int) -> None:
    lan = Person(room)
    await filled(lan, skipped)
    asked = _shown(lan)
    told = await lan.says(WORDS, files=[("a.pdf", PDF)])
    assert "Đã đính kèm" in told
    assert "Đã ghi thêm lời kèm tệp" in told
    assert _shown(lan) == asked
    assert await _text(room) == f"{TROUBLE}\n{WORDS}"


async def test_words_beside_a_file_answer_where_they_can(room: Room) -> None:
    lan = Person(room)
    await lan.says("/baocao")
    await lan.says(TROUBLE)
    assert "(3/6)" in await lan.says("khoản 1 Điều 8 Nghị định 32/2024/NĐ-CP", files=[("a.pdf", PDF)])
    await lan.picks("Bỏ qua")
    await lan.picks("Bỏ qua")
    assert "(6/6)" in await lan.says("tỉnh Thái Nguyên", files=[("b.pdf", PDF + b"b")])
    assert "Đề nghị có hướng dẫn" in await lan.says("Đề nghị có hướng dẫn", files=[("c.pdf", PDF + b"c")])
    [draft] = await mine(room)
    assert (draft.text, draft.province, draft.proposal) == (TROUBLE, "19", "Đề nghị có hướng dẫn")


async def test_a_file_with_words_goes_to_a_draft_that_was_left(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 1)
    await lan.says("để sau")
    assert "(4/6)" in await lan.says(WORDS, files=[("a.pdf", PDF)])
    assert await _text(room) == f"{TROUBLE}\n{WORDS}"


async def test_an_accusation_beside_a_file_is_not_written_down(room: Room) -> None:
    lan = Person(room)
    await filled(lan, 0)
    await lan.says("Tôi muốn tố cáo ông chủ tịch xã nhận hối lộ", files=[("a.pdf", PDF)])
    assert await _text(room) == TROUBLE


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a draft"])
async def test_a_file_with_words_for_a_report_that_was_sent(room: Room, beside: bool) -> None:
    lan = Person(room)
    sent = await sent_report(lan)
    if beside:
        await lan.says("/baocao")
        await lan.says("Một vướng mắc khác chưa viết xong")
    async with room.desk() as desk:
        await desk.ask(sent.id, "Ông Nam", "Cho xem công văn?")
    await lan.taps(f"w:add:{sent.id}")
    told = await lan.says(WORDS, files=[("a.pdf", PDF)])
    assert "Đã đính kèm" in told
    assert "Đã bổ sung" in told
    async with room.database.look() as work:
        assert [a.name for a in await work.reports.attachments(sent.id)] == ["a.pdf"]
        assert [m.text for m in await work.reports.thread(sent.id)][-1] == WORDS
        after = await work.reports.get(sent.id)
    assert isinstance(after, Report)
    assert (after.state, after.source) == (State.UNDER_REVIEW, Source.CHAT)


@pytest.mark.parametrize("words", ["", WORDS])
async def test_a_file_for_a_report_that_is_closed(room: Room, words: str) -> None:
    lan = Person(room)
    sent = await sent_report(lan)
    await lan.taps(f"w:withdrawn:{sent.id}")
    assert "không nhận bổ sung nên tệp chưa được nhận" in await lan.says(words, files=[("a.pdf", PDF)])
    assert "lý do mở lại" in await lan.picks("Mở lại")
    told = await lan.says(words, files=[("a.pdf", PDF)])
    async with room.database.look() as work:
        kept, after = await work.reports.attachments(sent.id), await work.reports.get(sent.id)
    assert isinstance(after, Report)
    assert (after.state, len(kept), "Đã đính kèm" in told) == ((State.REOPENED, 1, True) if words else (State.WITHDRAWN, 0, False))
