"""What every store must do: one contract, inherited by the tests of each, which give the `database` fixture."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import pytest

from handlers.memory import Memory
from handlers.message import Choice
from handlers.post import Arrived, Event, Outgoing, Sending
from knowledge.provision import Ref
from reports.errors import Conflict, NumberTaken
from reports.model import (
    Actor,
    Attachment,
    Author,
    Change,
    Dues,
    Field,
    Identity,
    Line,
    Message,
    NameSeen,
    Notice,
    NoticeKind,
    Problem,
    Regime,
    Report,
    Reporter,
    ReporterKind,
    Source,
    Tombstone,
    Unfixed,
)
from reports.rules import storable
from reports.states import State
from reports.store import Reports
from store.errors import LostClaim, Moved

NOW = datetime(2026, 11, 25, 2, 30, 15, 123456, tzinfo=UTC)
LEASE = timedelta(minutes=1)
LAN, MINH = Identity("web", "lan"), Identity("telegram", "minh")
MEMORY = Memory(
    (Choice("Điều 8 “khoản 1”", "p:32-2024-nd-cp.8.1"),), NOW, "32-2024-nd-cp.8", date(2026, 9, 15), "en", "lap-cum", "19", "mở rộng cụm cần gì",
    "ai ký", "Chủ tịch ký", "where", "r1", (Choice("khoản 2 Điều 8", "w:where:32-2024-nd-cp.8.2"),), {"77": "text"},
)  # fmt: skip
FULL = Report(
    "r1", LAN, State.RECEIVED, 0, "4827193050", "f" * 64, "Điểm c\n<b>không</b> rõ 😀", "=điểm c ko rõ\u202e", Ref("32/2024/NĐ-CP", "3a", "II.3", "đ"),
    Regime.DOCUMENT, Problem.UNCLEAR, Field.CLUSTERS, 7, "Sửa điểm c", Source.LETTER, "19", "05482", True, NameSeen.MINISTRY, "ministry",
    ("department-19", "queue"),
    "", NOW, NOW, None, None, Dues(date(2026, 12, 2), date(2026, 12, 9), date(2026, 12, 10)),
)  # fmt: skip
LINE = Line("r1", NOW, "reporter", "created")


class Inbox(Protocol):
    async def put(self, event: Event) -> int | None: ...
    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Arrived | None: ...
    async def done(self, arrived: Arrived) -> bool: ...
    async def failed(self, arrived: Arrived, error: str, again_at: datetime | None) -> None: ...


class Outbox(Protocol):
    async def add(self, message: Outgoing, now: datetime) -> bool: ...
    async def claim(self, now: datetime, lease: timedelta, channels: Sequence[str] | None = None) -> Sending | None: ...
    async def progress(self, sending: Sending, parts: int, until: datetime) -> None: ...
    async def sent(self, sending: Sending, now: datetime, platform_id: str = "") -> bool: ...
    async def retry(self, sending: Sending, error: str, at: datetime) -> None: ...
    async def hold(self, sending: Sending, error: str) -> None: ...
    async def give_up(self, sending: Sending, error: str) -> None: ...
    async def release(self, channel: str, person: str) -> int: ...
    async def resume(self, channel: str, reason: str) -> int: ...
    async def counts(self) -> dict[str, int]: ...


class Conversations(Protocol):
    async def load(self, channel: str, person: str) -> Memory: ...
    async def save(self, channel: str, person: str, memory: Memory, now: datetime) -> None: ...


class Work(Protocol):
    @property
    def inbox(self) -> Inbox: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def reports(self) -> Reports: ...


class Store(Protocol):
    def work(self) -> AbstractAsyncContextManager[Work]: ...


def event(n: int, person: str = "lan", channel: str = "web") -> Event:
    return Event(channel, f"{person}-{n}", person, {"text": f"câu {n}"}, NOW + timedelta(seconds=n))


def letter(n: int, person: str = "lan", channel: str = "web") -> Outgoing:
    return Outgoing(channel, person, f"{person}-{n}", {"text": f"trả lời {n}"})


async def claimed(store: Store, now: datetime = NOW) -> Arrived | None:
    async with store.work() as work:
        return await work.inbox.claim(now, LEASE)


async def sending(store: Store, now: datetime = NOW) -> Sending | None:
    async with store.work() as work:
        return await work.outbox.claim(now, LEASE)


class InboxContract:
    async def test_the_same_event_is_taken_once(self, store: Store) -> None:
        async with store.work() as work:
            assert await work.inbox.put(event(1))
            assert not await work.inbox.put(event(1))
        async with store.work() as work:
            assert not await work.inbox.put(replace(event(1), received_at=NOW + timedelta(hours=23)))
        first = await claimed(store)
        assert first is not None
        async with store.work() as work:
            await work.inbox.done(first)
            assert not await work.inbox.put(event(1))
        assert await claimed(store) is None

    async def test_finishing_tells_what_waits_behind(self, store: Store) -> None:
        async with store.work() as work:
            for one in (event(1), event(2), event(1, "mai")):
                await work.inbox.put(one)
            for answer in (letter(1), letter(2), letter(1, "mai")):
                await work.outbox.add(answer, NOW)
        told = list[tuple[str, bool, bool]]()
        for _ in range(3):
            arrived, letting = await claimed(store), await sending(store)
            assert arrived is not None and letting is not None
            async with store.work() as work:
                told.append((arrived.event.person, await work.inbox.done(arrived), await work.outbox.sent(letting, NOW)))
        assert told == [("lan", True, True), ("lan", False, False), ("mai", False, False)]

    async def test_the_same_event_ten_times_at_once(self, store: Store) -> None:
        async def put() -> bool:
            async with store.work() as work:
                return await work.inbox.put(event(1)) is not None

        assert sorted(await asyncio.gather(*(put() for _ in range(10)))) == [False] * 9 + [True]

    async def test_what_was_put_comes_out_as_it_was(self, store: Store) -> None:
        sent = Event("web", "1", "lan", {"text": "chào\n“😀”", "list": [1, None, {"a": True}]}, NOW)
        async with store.work() as work:
            await work.inbox.put(sent)
        arrived = await claimed(store)
        assert arrived is not None
        assert (arrived.event, arrived.attempts) == (sent, 1)

    @pytest.mark.parametrize("hostile", ["a\0b", "\ud800", "\udfff\ud800", "\u202e\u200b", "x" * 100_000, "'; DROP TABLE inbox; --", "\x0b\ufffe", "👩‍👩‍👧"])
    async def test_no_text_is_refused(self, store: Store, hostile: str) -> None:
        sent = Event("web", "1", "lan", {"text": hostile}, NOW)
        async with store.work() as work:
            await work.inbox.put(sent)
            await work.outbox.add(Outgoing("web", "lan", "1", {"text": hostile}), NOW)
            await work.conversations.save("web", "lan", Memory(waiting=hostile), NOW)
            line = replace(LINE, why=hostile)
            words = Message("m", "r1", Author.OFFICIAL, hostile, NOW, hostile)
            await work.reports.keep(Change(replace(FULL, text=hostile, proposal=hostile), (line,), (words,)))
        arrived, sends = await claimed(store), await sending(store)
        assert arrived is not None
        assert sends is not None
        assert (arrived.event, sends.message.payload) == (sent, sent.payload)
        async with store.work() as work:
            kept = await work.reports.get("r1")
            assert kept is not None
            assert storable(kept.text) == storable(hostile)
            assert (await work.conversations.load("web", "lan")).waiting == hostile
            await work.inbox.failed(arrived, hostile, None)

    async def test_a_conversation_is_held_by_one_and_keeps_its_order(self, store: Store) -> None:
        async with store.work() as work:
            for n in (1, 2, 3):
                await work.inbox.put(event(n))
            await work.inbox.put(event(1, "minh"))
        first, other = await claimed(store), await claimed(store)
        assert first is not None
        assert other is not None
        assert (first.event.event_id, other.event.event_id) == ("lan-1", "minh-1")
        assert await claimed(store) is None
        seen = []
        held: Arrived | None = first
        while held is not None:
            async with store.work() as work:
                await work.inbox.done(held)
            seen.append(held.event.event_id)
            held = await claimed(store)
        assert seen == ["lan-1", "lan-2", "lan-3"]

    async def test_a_lease_that_ended_lets_another_worker_in(self, store: Store) -> None:
        async with store.work() as work:
            await work.inbox.put(event(1))
        dead = await claimed(store)
        assert await claimed(store, NOW + LEASE - timedelta(seconds=1)) is None
        alive = await claimed(store, NOW + LEASE + timedelta(seconds=1))
        assert dead is not None
        assert alive is not None
        assert (alive.id, alive.attempts) == (dead.id, 2)
        with pytest.raises(LostClaim):
            async with store.work() as work:
                await work.outbox.add(letter(1), NOW)
                await work.inbox.done(dead)
        assert await sending(store) is None  # what came of the lost claim is undone with it
        async with store.work() as work:
            await work.inbox.done(alive)
        with pytest.raises(LostClaim):
            async with store.work() as work:
                await work.inbox.done(alive)

    async def test_a_failure_waits_and_then_is_given_up(self, store: Store) -> None:
        async with store.work() as work:
            await work.inbox.put(event(1))
            await work.inbox.put(event(2))
        first = await claimed(store)
        assert first is not None
        async with store.work() as work:
            await work.inbox.failed(first, "boom", NOW + timedelta(seconds=30))
        assert await claimed(store, NOW + timedelta(seconds=29)) is None  # the one behind it waits too
        again = await claimed(store, NOW + timedelta(seconds=31))
        assert again is not None
        assert again.id == first.id
        async with store.work() as work:
            await work.inbox.failed(again, "boom", None)
        behind = await claimed(store)
        assert behind is not None
        assert behind.event.event_id == "lan-2"

    async def test_many_workers_take_each_message_once_and_in_order(self, store: Store) -> None:
        people = [f"p{n}" for n in range(6)]
        async with store.work() as work:
            for n in range(5):
                for person in people:
                    await work.inbox.put(event(n, person))
        holding: set[str] = set()
        seen: list[str] = []

        async def worker() -> None:
            idle = 0
            while idle < 20:
                arrived = await claimed(store)
                if arrived is None:
                    idle += 1
                    await asyncio.sleep(0.005)
                    continue
                idle = 0
                assert arrived.event.person not in holding
                holding.add(arrived.event.person)
                await asyncio.sleep(0.001)
                holding.discard(arrived.event.person)  # before the commit: after it another may hold it
                async with store.work() as work:
                    await work.inbox.done(arrived)
                seen.append(arrived.event.event_id)

        await asyncio.gather(*(worker() for _ in range(6)))
        assert len(seen) == 30
        for person in people:
            assert [s for s in seen if s.startswith(f"{person}-")] == [f"{person}-{n}" for n in range(5)]

    async def test_a_worker_takes_only_its_channels(self, store: Store) -> None:
        async with store.work() as work:
            await work.inbox.put(event(1, "lan", "web"))
            assert await work.inbox.claim(NOW, LEASE, ["telegram"]) is None
            assert await work.inbox.claim(NOW, LEASE, ["telegram", "web"]) is not None


class OutboxContract:
    async def test_one_key_is_sent_once(self, store: Store) -> None:
        async with store.work() as work:
            assert await work.outbox.add(letter(1), NOW)
            assert not await work.outbox.add(letter(1), NOW)
        first = await sending(store)
        assert first is not None
        assert first.message == letter(1)
        async with store.work() as work:
            await work.outbox.sent(first, NOW, "77")
            assert not await work.outbox.add(letter(1), NOW)
            assert await work.outbox.counts() == {"sent": 1}

    async def test_a_retry_keeps_the_order(self, store: Store) -> None:
        async with store.work() as work:
            for n in (1, 2):
                await work.outbox.add(letter(n), NOW)
            await work.outbox.add(letter(1, "minh"), NOW)
        first = await sending(store)
        assert first is not None
        async with store.work() as work:
            await work.outbox.retry(first, "429", NOW + timedelta(seconds=30))
        other = await sending(store)
        assert other is not None
        assert other.message.person == "minh"
        assert await sending(store) is None
        again = await sending(store, NOW + timedelta(seconds=30))
        assert again is not None
        assert (again.id, again.attempts) == (first.id, 2)

    async def test_what_is_held_lets_the_next_pass_and_can_be_released(self, store: Store) -> None:
        async with store.work() as work:
            for n in (1, 2, 3):
                await work.outbox.add(letter(n), NOW)
        for act in ("hold", "give_up"):
            item = await sending(store)
            assert item is not None
            async with store.work() as work:
                await getattr(work.outbox, act)(item, "blocked")
        async with store.work() as work:
            assert await work.outbox.counts() == {"held": 1, "dead": 1, "waiting": 1}
            assert await work.outbox.release("web", "lan") == 2
            assert await work.outbox.release("web", "lan") == 0
        item = await sending(store)
        assert item is not None
        assert item.message == letter(1)

    async def test_parts_that_were_sent_are_known_to_the_next_sender(self, store: Store) -> None:
        async with store.work() as work:
            await work.outbox.add(letter(1), NOW)
        first = await sending(store)
        assert first is not None
        async with store.work() as work:
            await work.outbox.progress(first, 2, NOW + 2 * LEASE)
        assert await sending(store, NOW + LEASE + timedelta(seconds=1)) is None  # it is still being sent
        second = await sending(store, NOW + 2 * LEASE + timedelta(seconds=1))
        assert second is not None
        assert second.message.payload["parts_sent"] == 2
        with pytest.raises(LostClaim):
            async with store.work() as work:
                await work.outbox.progress(first, 3, NOW + 3 * LEASE)

    @pytest.mark.parametrize("act", ["hold", "retry"])
    async def test_who_comes_back_while_it_is_being_sent_gets_it(self, store: Store, act: str) -> None:
        async with store.work() as work:
            await work.outbox.add(letter(1), NOW)
        item = await sending(store)
        assert item is not None
        async with store.work() as work:
            await work.outbox.release("web", "lan")
        async with store.work() as work:
            await (work.outbox.hold(item, "blocked") if act == "hold" else work.outbox.retry(item, "blocked", NOW))
        again = await sending(store)
        assert again is not None
        async with store.work() as work:
            await work.outbox.hold(again, "blocked")
            assert await work.outbox.counts() == {"held": 1}

    async def test_what_a_channel_held_for_its_own_trouble_goes_on_when_that_is_mended(self, store: Store) -> None:
        async with store.work() as work:
            for n, person in enumerate(("lan", "minh", "ha")):
                await work.outbox.add(letter(n, person), NOW)
        for reason in ("oa -224", "window", "oa_other"):
            item = await sending(store)
            assert item is not None
            async with store.work() as work:
                await work.outbox.hold(item, reason)
        async with store.work() as work:
            assert await work.outbox.resume("zalo", "oa ") == 0
            assert await work.outbox.resume("web", "oa ") == 1
            assert await work.outbox.counts() == {"held": 2, "waiting": 1}

    async def test_a_sender_that_died_leaves_it_to_another(self, store: Store) -> None:
        async with store.work() as work:
            await work.outbox.add(letter(1), NOW)
        dead = await sending(store)
        alive = await sending(store, NOW + 2 * LEASE)
        assert dead is not None
        assert alive is not None
        assert alive.attempts == 2
        with pytest.raises(LostClaim):
            async with store.work() as work:
                await work.outbox.sent(dead, NOW)


class ConversationContract:
    async def test_a_stranger_has_an_empty_memory(self, store: Store) -> None:
        async with store.work() as work:
            assert await work.conversations.load("web", "lan") == Memory()

    async def test_a_memory_comes_back_as_it_was(self, store: Store) -> None:
        for memory in (MEMORY, Memory(), replace(MEMORY, choices_at=None, as_of=None, province=None)):
            async with store.work() as work:
                await work.conversations.load("web", "lan")
                await work.conversations.save("web", "lan", memory, NOW)
            async with store.work() as work:
                assert await work.conversations.load("web", "lan") == memory

    async def test_a_save_over_a_later_one_is_refused(self, store: Store) -> None:
        async with store.work() as work:
            await work.conversations.load("web", "lan")
            await work.conversations.save("web", "lan", MEMORY, NOW)
        with pytest.raises(Moved):
            async with store.work() as work:  # loaded nothing: it would write over what it has not seen
                await work.conversations.save("web", "lan", Memory(), NOW)
        async with store.work() as work:
            assert await work.conversations.load("web", "lan") == MEMORY
            await work.conversations.save("web", "lan", Memory(), NOW)
            await work.conversations.save("web", "lan", MEMORY, NOW)


class ReportContract:
    async def test_a_report_comes_back_as_it_was(self, store: Store) -> None:
        bare = Report("r2", MINH, created_at=NOW)
        unknown = replace(bare, id="r3", provision=Unfixed.UNKNOWN, publication=False)
        async with store.work() as work:
            for report in (FULL, bare, unknown):
                assert await work.reports.keep(Change(report, (replace(LINE, report=report.id),))) == replace(report, version=1)
        async with store.work() as work:
            for report in (FULL, bare, unknown):
                assert await work.reports.get(report.id) == replace(report, version=1)
            assert await work.reports.by_number(FULL.number) == replace(FULL, version=1)
            assert await work.reports.by_number("") is None
            assert await work.reports.get("none") is None

    async def test_a_write_over_a_later_version_is_refused(self, store: Store) -> None:
        async with store.work() as work:
            kept = await work.reports.keep(Change(FULL, (LINE,)))
            await work.reports.keep(Change(replace(kept, text="b"), (LINE,)))
        for stale in (kept, FULL):
            with pytest.raises(Conflict):
                async with store.work() as work:
                    await work.reports.keep(Change(replace(stale, text="c"), (LINE,)))
        async with store.work() as work:
            found = await work.reports.get("r1")
            assert found is not None
            assert (found.text, found.version) == ("b", 2)
            assert len(await work.reports.history("r1")) == 2

    async def test_a_number_is_given_once_and_the_unit_of_work_goes_on(self, store: Store) -> None:
        async with store.work() as work:
            await work.reports.keep(Change(FULL, (LINE,)))
        other = replace(FULL, id="r2", reporter=MINH)
        async with store.work() as work:
            with pytest.raises(NumberTaken):
                await work.reports.keep(Change(other, (replace(LINE, report="r2"),)))
            await work.reports.keep(Change(replace(other, number="1111111110"), (replace(LINE, report="r2"),)))
        async with store.work() as work:
            assert len(await work.reports.history("r2")) == 1

    async def test_thread_files_history_and_notices_are_kept_in_order(self, store: Store) -> None:
        messages = tuple(Message(f"m{n}", "r1", Author.OFFICIAL, f"lời {n}", NOW, "Hoa") for n in range(3))
        files = tuple(Attachment(f"a{n}", "r1", f"{n}.pdf", "pdf", n, "e" * 64, NOW) for n in range(3))
        lines = (LINE, Line("r1", NOW, str(Actor(Author.OFFICIAL, "Hoa")), "state", State.RECEIVED, State.ANSWERED, "vì sao"))
        notice = Notice(LAN, NoticeKind.REPLIED, "r1", FULL.number, "r1:1", {"text": "lời"})
        async with store.work() as work:
            await work.reports.keep(Change(FULL, lines, messages, files, (notice,)))
        async with store.work() as work:
            assert tuple(await work.reports.thread("r1")) == messages
            assert tuple(await work.reports.attachments("r1")) == files
            assert tuple(await work.reports.history("r1")) == lines
        told = await sending(store)
        assert told is not None
        assert (told.message.person, told.message.dedupe) == ("lan", "r1:1")
        assert told.message.payload == {"kind": "notice", "notice": "replied", "report": "r1", "number": FULL.number, "facts": {"text": "lời"}}

    async def test_lists_of_a_person_and_what_came_lately(self, store: Store) -> None:
        async with store.work() as work:
            for n in range(3):
                at = NOW - timedelta(minutes=40 * (2 - n))
                mine = replace(FULL, id=f"r{n}", number=f"{n}", created_at=at, received_at=at)
                await work.reports.keep(Change(mine, (replace(LINE, report=mine.id),), (), (Attachment(f"a{n}", mine.id, "a", "pdf", 1, "e" * 64, at),)))
            await work.reports.keep(Change(Report("x", MINH, merged_into="r0", created_at=NOW), (replace(LINE, report="x"),)))
        async with store.work() as work:
            since = NOW - timedelta(hours=1)
            assert [r.id for r in await work.reports.of(LAN)] == ["r2", "r1", "r0"]
            assert sorted(await work.reports.received_since(LAN, since)) == [NOW - timedelta(minutes=40), NOW]
            assert sorted(await work.reports.attached_since(LAN, since)) == [NOW - timedelta(minutes=40), NOW]
            assert await work.reports.received_since(MINH, since) == []
            assert [r.id for r in await work.reports.merged_into("r0")] == ["x"]

    async def test_the_queue_of_a_desk_begins_with_what_is_due_first(self, store: Store) -> None:
        day = date(2026, 12, 1)
        dues = {"late": Dues(None, None, day), "next": Dues(day + timedelta(2), day + timedelta(1), None), "never": Dues(), "last": Dues(day + timedelta(9))}
        async with store.work() as work:
            for name, due in dues.items():
                desk = "queue" if name == "last" else "ministry"
                await work.reports.keep(Change(replace(FULL, id=name, number=name, dues=due, desk=desk), (replace(LINE, report=name),)))
            for state in (State.DRAFT, State.ANSWERED):
                await work.reports.keep(Change(replace(FULL, id=state.value, number=state.value, state=state), (replace(LINE, report=state.value),)))
        async with store.work() as work:
            assert [r.id for r in await work.reports.open("ministry")] == ["late", "next", "never"]
            assert [r.id for r in await work.reports.open()] == ["late", "next", "last", "never"]
            assert await work.reports.open("department-19") == []

    async def test_open_answered_and_merged_reports_are_compared(self, store: Store) -> None:
        states = (State.DRAFT, State.RECEIVED, State.ANSWERED, State.MERGED, State.WITHDRAWN, State.OUT_OF_SCOPE)
        async with store.work() as work:
            for n, state in enumerate(states):
                await work.reports.keep(Change(
                    replace(FULL, id=f"r{n}", number=f"{n:010d}", state=state, received_at=NOW + timedelta(minutes=n)), (replace(LINE, report=f"r{n}"),),
                ))
        async with store.work() as work:
            assert [r.id for r in await work.reports.compared(10)] == ["r3", "r2", "r1"]
            assert [r.id for r in await work.reports.compared(1)] == ["r3"]

    async def test_reporters(self, store: Store) -> None:
        lan = Reporter(LAN, "Nguyễn Thị Lan", "0912 345 678", ReporterKind.COMMUNE, "19", "05482", NOW)
        async with store.work() as work:
            assert await work.reports.reporter(LAN) is None
            for reporter in (Reporter(LAN), lan):
                await work.reports.keep_reporter(reporter)
                assert await work.reports.reporter(LAN) == reporter
        async with store.work() as work:
            assert await work.reports.reporter(LAN) == lan

    async def test_erasing_leaves_no_word_and_nobody_elses_is_touched(self, store: Store) -> None:
        theirs = replace(FULL, id="r2", reporter=MINH, number="1111111110", merged_into="r1", state=State.MERGED)
        async with store.work() as work:
            await work.reports.keep(Change(FULL, (replace(LINE, why="bà Lan"),), (Message("m1", "r1", Author.REPORTER, "tôi là Lan", NOW),)))
            await work.reports.keep(Change(theirs, (replace(LINE, report="r2"),), (Message("m2", "r2", Author.REPORTER, "tôi là Minh", NOW),)))
            await work.reports.keep_reporter(Reporter(LAN, "Lan", noticed_at=NOW))
            await work.conversations.save("web", "lan", MEMORY, NOW)
            await work.inbox.put(event(1))
            await work.inbox.put(event(2))
            await work.outbox.add(letter(1), NOW)
            await work.outbox.add(letter(1, "minh", "telegram"), NOW)
        asked = await claimed(store)
        assert asked is not None
        async with store.work() as work:
            stone = await work.reports.erase(LAN, NOW)
            await work.inbox.done(asked)
        assert stone == Tombstone(stone.mark, ("r1",), NOW)
        assert await claimed(store) is None
        async with store.work() as work:
            husk = await work.reports.get("r1")
            assert husk == Report(
                "r1", None, State.WITHDRAWN, 2, FULL.number, provision=FULL.provision, regime=FULL.regime, problem=FULL.problem, field=FULL.field,
                task_group=7, source=Source.LETTER, province="19", desk=FULL.desk, copied=FULL.copied, created_at=NOW, received_at=NOW, erased_at=NOW,
            )  # fmt: skip
            assert await work.reports.thread("r1") == []
            assert [line.why for line in await work.reports.history("r1")] == [""]
            assert await work.reports.of(LAN) == []
            assert await work.reports.reporter(LAN) is None
            assert await work.conversations.load("web", "lan") == Memory()
            assert await work.reports.get("r2") == replace(theirs, version=1)
            assert await work.outbox.counts() == {"waiting": 1}
            assert not await work.inbox.put(event(1))  # delivered again, it is still known


class WholeContract:
    async def test_an_error_undoes_everything(self, store: Store) -> None:
        async with store.work() as work:
            await work.inbox.put(event(1))
        arrived = await claimed(store)
        assert arrived is not None
        with pytest.raises(RuntimeError):
            async with store.work() as work:
                await work.conversations.save("web", "lan", MEMORY, NOW)
                await work.reports.keep(Change(FULL, (LINE,)))
                await work.outbox.add(letter(1), NOW)
                await work.inbox.done(arrived)
                raise RuntimeError
        async with store.work() as work:
            assert await work.conversations.load("web", "lan") == Memory()
            assert await work.reports.get("r1") is None
            assert await work.outbox.counts() == {}
            await work.inbox.done(arrived)


class StoreContract(InboxContract, OutboxContract, ConversationContract, ReportContract, WholeContract):
    """All of it."""
