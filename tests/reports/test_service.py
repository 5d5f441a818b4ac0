"""The use cases, from a first word to an answer, over the store in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge.calendar import Calendar
from knowledge.provision import Ref
from reports.deadlines import Clocks, Step, overdue
from reports.desk import DeskService
from reports.errors import BadAttachment, Classified, Conflict, Locked, Missing, NotAllowed, NotFound, NumberTaken, TooLong, TooMany
from reports.model import Actor, Author, Identity, Problem, Regime, Report, Reporter, Source, Unfixed
from reports.number import RandomCodes, is_valid, shown
from reports.places import Places
from reports.routing import Routing, Territory
from reports.rules import Rules, storable, territory_of
from reports.service import Receipt, Service
from reports.states import State
from tests.store.memory import MemoryFiles, MemoryReports

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LAN, MINH = Identity("web", "lan"), Identity("telegram", "minh")
RULES = Rules(Routing.load(departments=["19"]), Clocks.load(Calendar.load()), Places.load())
PLACE = Ref("32/2024/NĐ-CP", "8", "1", "c")
REPORTER = Actor(Author.REPORTER)


class Room:
    """A service and a desk over one store, and a clock to set."""

    def __init__(self, codes: RandomCodes | None = None) -> None:
        self.at = datetime(2026, 10, 5, 9, tzinfo=HANOI)
        self.reports, self.files = MemoryReports(), MemoryFiles()
        now: Callable[[], datetime] = lambda: self.at  # noqa: E731
        self.service = Service(self.reports, self.files, RULES, now, codes or RandomCodes())
        self.desk = DeskService(self.reports, RULES, now, RandomCodes())

    async def received(self, by: Identity = LAN, text: str = "Điểm c không rõ", regime: Regime = Regime.DOCUMENT) -> Receipt:
        draft = await self.service.start(by, text)
        draft = await self.service.fill(replace(draft, provision=PLACE, regime=regime, problem=Problem.UNCLEAR, province="19"), by)
        return await self.service.submit(draft.id, by)

    async def told(self, report: Report) -> list[str]:
        return [f"{r.what.payload['notice']}>{r.what.person}" for r in self.reports.tables.outbox if r.what.payload["report"] == report.id]

    async def did(self, report: Report) -> list[str]:
        return [f"{line.who}: {line.what} {line.before}>{line.after}".strip() for line in await self.reports.history(report.id)]


async def test_a_receipt_has_number_desk_and_dates() -> None:
    room = Room()
    receipt = await room.received()
    assert is_valid(receipt.report.number)
    assert receipt.desk.key == "ministry"
    assert [d.key for d in receipt.copied] == ["department-19"]
    assert [d.day for d in receipt.dues] == [date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 20)]
    assert receipt.report.dues.answer == date(2026, 10, 20)
    assert len(receipt.code) >= 20
    assert receipt.code not in repr(room.reports.tables)
    assert await room.did(receipt.report) == [
        "reporter: created >", "reporter: provision >", "reporter: regime >", "reporter: problem >", "reporter: province >", "reporter: state draft>received",
    ]  # fmt: skip


async def test_submitting_twice_gives_the_same_number() -> None:
    room = Room()
    first = await room.received()
    again = await room.service.submit(first.report.id, LAN)
    assert (again.report, again.desk, again.dues) == (first.report, first.desk, first.dues)


async def test_the_first_words_are_kept_as_written() -> None:
    room = Room()
    draft = await room.service.start(LAN, "  điểm c\u202e ko rõ <b>\n=1+1")
    draft = await room.service.fill(replace(draft, text="Điểm c không rõ"), LAN)
    assert (draft.text, draft.first_words) == ("Điểm c không rõ", "  điểm c\u202e ko rõ <b>\n=1+1")
    assert storable("a\0b\ud800") == "ab?"


async def test_a_number_that_is_taken_is_drawn_again() -> None:
    class Few(RandomCodes):
        drawn = iter(["4827193050", "4827193050", "1111111110"])

        def number(self) -> str:
            return next(self.drawn)

    room = Room(Few())
    assert [(await room.received()).report.number for _ in range(2)] == ["4827193050", "1111111110"]

    class One(RandomCodes):
        def number(self) -> str:
            return "1111111110"

    room = Room(One())
    await room.received()
    with pytest.raises(NumberTaken):
        await room.received()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"text": "x" * 10_001}, TooLong), ({"proposal": "x" * 100_000}, TooLong), ({"text": "Tài liệu TUYỆT MẬT"}, Classified),
        ({"proposal": "toi mat"}, None),
        ({"state": State.ANSWERED}, Locked), ({"number": "1"}, Locked), ({"reporter": MINH}, Locked), ({"desk": "ministry"}, Locked),
        ({"version": 0}, Conflict),
    ],
)  # fmt: skip
async def test_filling(change: dict[str, object], error: type[Exception] | None) -> None:
    room = Room()
    draft = await room.service.start(LAN, "a")
    changed = replace(draft, **change)  # type: ignore[arg-type]
    if error is None:
        await room.service.fill(changed, LAN)
        return
    with pytest.raises(error):
        await room.service.fill(changed, LAN)
    assert await room.service.draft(LAN) == draft


@pytest.mark.parametrize(
    ("text", "provision", "missing"), [("", None, ("text", "provision")), (" \n", Unfixed.UNKNOWN, ("text",)), ("a", None, ("provision",))]
)
async def test_what_a_report_cannot_do_without(text: str, provision: Unfixed | None, missing: tuple[str, ...]) -> None:
    room = Room()
    draft = await room.service.fill(replace(await room.service.start(LAN, text), provision=provision), LAN)
    with pytest.raises(Missing) as error:
        await room.service.submit(draft.id, LAN)
    assert error.value.fields == missing


async def test_five_reports_an_hour() -> None:
    room = Room()
    for _ in range(5):
        await room.received()
    with pytest.raises(TooMany) as error:
        await room.received()
    assert error.value.free_at == room.at + timedelta(hours=1)
    assert await room.service.draft(LAN) is not None  # nothing is lost: it can be sent later
    await room.received(MINH)
    room.at += timedelta(hours=1)
    await room.service.submit((await room.service.draft(LAN)).id, LAN)  # type: ignore[union-attr]


async def test_a_stranger_learns_nothing() -> None:
    room = Room()
    receipt = await room.received()
    number = shown(receipt.report.number)
    assert (await room.service.status(number, LAN)).id == receipt.report.id
    assert (await room.service.status(number.lower(), code=receipt.code)).id == receipt.report.id
    for asked in (number, "CN 000 000 0000", "", "hello"):
        for who, code in ((MINH, ""), (None, ""), (None, "x"), (MINH, "0" * 30)):
            with pytest.raises(NotFound) as error:
                await room.service.status(asked, who, code)
            assert str(error.value) == ""
    for use in (room.service.own, room.service.submit, room.service.withdraw, room.service.reopen):
        with pytest.raises(NotFound):
            await use(receipt.report.id, MINH)


async def test_an_answer_reaches_everyone_who_stands_with_it() -> None:
    room = Room()
    first, second = (await room.received()).report, (await room.received(MINH)).report
    await room.desk.merge(second.id, first.id, Actor(Author.OFFICIAL, "Lan"), "cùng điểm c")
    await room.desk.reply(first.number, "Bà Hoa, Cục ĐCK", "Điểm c nghĩa là …")
    assert await room.told(first) == ["replied>lan"]
    assert await room.told(second) == ["merged>minh", "replied>minh"]
    thread = await room.reports.thread(first.id)
    assert [(m.author, m.name, m.text) for m in thread] == [(Author.OFFICIAL, "Bà Hoa, Cục ĐCK", "Điểm c nghĩa là …")]
    answered = await room.desk.find(first.id)
    assert answered.state is State.ANSWERED
    assert overdue(answered.dues, date(2099, 1, 1)) == ()


async def test_merging_can_be_undone_and_followers_move_along() -> None:
    room = Room()
    a, b, c = [(await room.received(who)).report for who in (LAN, MINH, Identity("web", "tu"))]
    official = Actor(Author.OFFICIAL, "Hoa")
    await room.desk.merge(c.id, b.id, official)
    await room.desk.merge(b.id, a.id, official)
    assert {r.id for r in await room.reports.merged_into(a.id)} == {b.id, c.id}
    apart = await room.desk.part(c.id, "Hoa", "việc khác")
    assert (apart.state, apart.merged_into) == (State.REOPENED, "")
    assert apart.dues.answer is not None
    await room.desk.reply(a.id, "Hoa", "Trả lời")
    assert "replied>tu" not in await room.told(c)
    with pytest.raises(NotAllowed):
        await room.desk.merge(c.id, c.id, official)
    with pytest.raises(NotAllowed):
        await room.desk.merge(c.id, b.id, official)
    with pytest.raises(NotAllowed):
        await room.desk.part(a.id, "Hoa", "")


async def test_a_reporter_who_joins_is_not_told_what_they_did() -> None:
    room = Room()
    first, second = (await room.received()).report, (await room.received(MINH)).report
    await room.desk.merge(second.id, first.id, REPORTER)
    assert await room.told(second) == []


async def test_a_question_and_its_answer() -> None:
    room = Room()
    report = (await room.received()).report
    asked = await room.desk.ask(report.id, "Hoa", "Cụm nào?")
    assert asked.state is State.WAITING
    assert (asked.dues.forward, asked.dues.first_notice, asked.dues.answer) == (None, None, date(2026, 10, 20))
    back = await room.service.say(report.id, LAN, "Cụm Tân Lập")
    assert back.state is State.UNDER_REVIEW
    assert [m.text for m in await room.reports.thread(report.id)] == ["Cụm nào?", "Cụm Tân Lập"]
    again = await room.service.say(report.id, LAN, "Thêm")
    assert again.state is State.UNDER_REVIEW


async def test_forwarding_names_the_desk() -> None:
    room = Room()
    report = (await room.received()).report
    forwarded = await room.desk.forward(report.id, "Hoa", "department-19", "thuộc tỉnh")
    assert (forwarded.state, forwarded.desk, forwarded.dues.forward) == (State.FORWARDED, "department-19", None)
    assert "official:Hoa: desk ministry>department-19" in await room.did(report)
    assert room.reports.tables.outbox[-1].what.payload["facts"]["why"] == "thuộc tỉnh"
    assert (await room.service.submit(report.id, LAN)).desk.key == "department-19"


async def test_closing_reopening_withdrawing() -> None:
    room = Room()
    report = (await room.received()).report
    taken = await room.desk.take(report.id, "Hoa")
    assert taken.dues.first_notice is None
    with pytest.raises(NotAllowed):
        await room.desk.close(report.id, "Hoa", State.MERGED, "")
    closed = await room.desk.close(report.id, "Hoa", State.OUT_OF_SCOPE, "không thuộc ngành")
    assert closed.state.is_closed
    room.at += timedelta(days=3)
    reopened = await room.service.reopen(report.id, LAN, "Vẫn chưa rõ")
    assert reopened.state is State.REOPENED
    assert reopened.dues.answer == date(2026, 10, 23)
    assert (await room.reports.thread(report.id))[-1].text == "Vẫn chưa rõ"
    assert (await room.service.withdraw(report.id, LAN)).state is State.WITHDRAWN
    assert (await room.desk.reopen(report.id, "Hoa", "rút nhầm")).state is State.REOPENED
    assert await room.told(report) == ["taken>lan", "closed>lan", "reopened>lan"]
    assert "Vẫn chưa rõ" not in repr(await room.reports.history(report.id))


async def test_a_draft_is_not_the_desks_and_may_be_dropped() -> None:
    room = Room()
    draft = await room.service.start(LAN, "a")
    with pytest.raises(NotFound):
        await room.desk.find(draft.id)
    await room.service.withdraw(draft.id, LAN)
    assert await room.service.draft(LAN) is None
    with pytest.raises(NotAllowed):
        await room.service.submit(draft.id, LAN)
    with pytest.raises(NotAllowed):
        await room.service.reopen(draft.id, LAN)
    with pytest.raises(NotFound):
        await room.desk.find(draft.id)
    with pytest.raises(NotAllowed):
        await room.service.fill(replace(draft, version=2, text="b"), LAN)


async def test_attachments_and_their_limits() -> None:
    room = Room()
    report = (await room.received()).report
    file = await room.service.attach(report.id, LAN, "../a.pdf", b"%PDF-1")
    assert (file.name, file.kind, file.size) == ("a.pdf", "pdf", 6)
    assert room.files.kept[file.digest] == b"%PDF-1"
    with pytest.raises(BadAttachment):
        await room.service.attach(report.id, LAN, "a.pdf", b"MZ")
    with pytest.raises(Classified):
        await room.service.attach(report.id, LAN, "TUYET MAT.pdf", b"%PDF-1")
    for n in range(19):
        await room.service.attach(report.id, LAN, f"{n}.pdf", b"%PDF-1")
    with pytest.raises(BadAttachment):
        await room.service.attach(report.id, LAN, "more.pdf", b"%PDF-1")
    other = (await room.received()).report
    for n in range(10):
        await room.service.attach(other.id, LAN, f"{n}.pdf", b"%PDF-1")
    with pytest.raises(TooMany):
        await room.service.attach(other.id, LAN, "more.pdf", b"%PDF-1")


async def test_the_notice_stands_before_the_first_personal_datum() -> None:
    room = Room()
    with pytest.raises(ValueError, match="notice"):
        await room.service.introduce(Reporter(LAN, name="Lan"))
    await room.service.introduce(Reporter(LAN))
    assert not Reporter(LAN, name="Lan").exportable
    await room.service.introduce(Reporter(LAN, name="Lan", contact="0912", noticed_at=room.at))
    held = await room.service.held(LAN)
    assert held.reporter is not None
    assert held.reporter.exportable
    with pytest.raises(TooLong):
        await room.service.introduce(Reporter(LAN, name="x" * 201, noticed_at=room.at))


async def test_erasing_leaves_a_husk_and_no_word() -> None:
    room = Room()
    report = (await room.received(text="Tôi là Nguyễn Thị Lan")).report
    await room.service.introduce(Reporter(LAN, name="Nguyễn Thị Lan", contact="0912345678", noticed_at=room.at))
    await room.service.say(report.id, LAN, "Nguyễn Thị Lan nhắc lại")
    await room.desk.ask(report.id, "Hoa", "Bà Nguyễn Thị Lan cho biết …")
    stone = await room.service.erase(LAN)
    assert stone.reports == (report.id,)
    for word in ("Nguyễn Thị Lan", "0912345678", "lan'"):
        assert word not in repr(room.reports.tables)
    assert await room.service.mine(LAN) == []
    with pytest.raises(NotFound):
        await room.service.status(report.number, LAN)
    with pytest.raises(NotFound):
        await room.desk.find(report.id)


@pytest.mark.parametrize(
    ("provision", "territory"),
    [
        (PLACE, Territory.CENTRAL), (Ref("12/2025/QĐ-UBND", "3"), Territory.PROVINCE), (Ref("5/2025/NQ-HĐND"), Territory.PROVINCE),
        (Unfixed.UNKNOWN, Territory.UNKNOWN), (None, Territory.UNKNOWN),
    ],
)  # fmt: skip
def test_whose_rule_it_is(provision: Ref | Unfixed | None, territory: Territory) -> None:
    assert territory_of(Report("r", LAN, provision=provision)) is territory


async def test_what_was_written_down_by_staff_is_not_answered_in_a_chat() -> None:
    room = Room()
    who = Identity("staff", "call-7")
    draft = await room.service.start(who, "Gọi điện hỏi", Source.PHONE, Actor(Author.OFFICIAL, "Hoa"))
    report = (await room.service.submit((await room.service.fill(replace(draft, provision=Unfixed.UNKNOWN), who)).id, who)).report
    await room.desk.reply(report.id, "Hoa", "Đã trả lời qua điện thoại")
    assert room.reports.tables.outbox == []
    assert (await room.did(report))[0] == "official:Hoa: created >"


async def test_a_report_is_overdue_for_everyone_alike() -> None:
    room = Room()
    report = (await room.received()).report
    assert overdue(report.dues, date(2026, 10, 13)) == (Step.FORWARD,)
    assert await room.desk.queue() == [report]
    assert await room.desk.queue("ministry", date(2026, 10, 12)) == []
    assert await room.desk.queue("ministry", date(2026, 10, 13)) == [report]
    assert await room.desk.queue("queue") == []
