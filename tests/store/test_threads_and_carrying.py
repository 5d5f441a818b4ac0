"""Threads as they are shown, codes that carry a conversation, and the ledger of erasures, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.memory import Memory
from handlers.post import Event, Outgoing
from reports.model import Change, Identity, Reporter, Tombstone
from store.database import Database
from store.ledger import Ledger
from tests.store.contract import FULL, LAN, LINE, MINH, NOW
from tests.store.databases import opened

SOON = NOW + timedelta(minutes=1)


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        yield found


async def put(database: Database, event_id: str, person: str = "lan", minutes: int = 0) -> int:
    async with database.work() as work:
        await work.inbox.put(Event("web", event_id, person, {"text": event_id}, NOW + timedelta(minutes=minutes)))
        return await work.inbox.find("web", event_id) or 0


async def test_a_thread_has_questions_with_replies_and_news_in_their_order(database: Database) -> None:
    first, second = await put(database, "một"), await put(database, "hai", minutes=2)
    await put(database, "của người khác", "minh")
    async with database.work() as work:
        await work.outbox.add(Outgoing("web", "lan", f"in:{first}", {"blocks": []}, first), NOW)
        await work.outbox.add(Outgoing("web", "lan", "notice", {"kind": "notice"}), SOON)
    async with database.look() as work:
        turns = await work.threads.of("web", "lan", 10)
        assert [(t.number > 0, t.asked is not None, t.waiting) for t in turns] == [(True, True, False), (False, False, False), (True, True, True)]
        assert turns[2].number == second
        assert [t.number for t in await work.threads.of("web", "lan", 1)] == [second]
        assert await work.threads.newest("web", "lan") == -turns[1].number
        assert await work.threads.of("web", "", 10) == []
        assert await work.threads.newest("web", "ai đó") == 0
        assert await work.inbox.waiting("web", "lan") == 2
        assert await work.inbox.find("web", "không có") is None


async def test_looking_waits_for_no_writer(database: Database) -> None:
    async with database.work() as work:
        await work.inbox.put(Event("web", "một", "lan", {}, NOW))
        async with database.look() as beside:
            assert await beside.inbox.waiting("web", "lan") == 0


async def test_a_code_moves_everything_once(database: Database) -> None:
    async with database.work() as work:
        await work.reports.keep(Change(FULL, (LINE,)))
        await work.reports.keep_reporter(Reporter(LAN, "Lan", noticed_at=NOW))
        await work.conversations.save("web", "lan", Memory(asked="x"), NOW)
        await work.outbox.add(Outgoing("web", "lan", "n1", {"kind": "notice"}), NOW)
        code = await work.carrying.code(LAN, NOW)
    async with database.work() as work:
        assert await work.carrying.take("AAAAA-AAAAA", MINH, NOW) is None
        assert await work.carrying.take(code, LAN, NOW) is None  # to oneself
        assert await work.carrying.take(code.lower().replace("-", " "), MINH, SOON) == LAN
    async with database.work() as work:
        assert await work.carrying.take(code, Identity("telegram", "ai"), SOON) is None
        [moved] = await work.reports.of(MINH)
        assert moved.id == FULL.id
        assert await work.reports.of(LAN) == []
        reporter = await work.reports.reporter(MINH)
        assert reporter is not None
        assert reporter.name == "Lan"
        sending = await work.outbox.claim(SOON, timedelta(minutes=1), ("telegram",))
        assert sending is not None
        assert sending.message.person == MINH.person
        assert (await work.conversations.load("web", "lan")).asked == ""


async def test_a_code_is_void_after_a_quarter_of_an_hour_and_when_a_new_one_is_made(database: Database) -> None:
    async with database.work() as work:
        old = await work.carrying.code(LAN, NOW)
        new = await work.carrying.code(LAN, NOW)
        assert await work.carrying.take(old, MINH, NOW) is None
        assert await work.carrying.take(new, MINH, NOW + timedelta(minutes=16)) is None


async def test_a_restored_backup_is_erased_again_and_a_newcomer_is_left_in_peace(database: Database, tmp_path: Path) -> None:
    async with database.work() as work:
        await work.reports.keep(Change(replace(FULL, created_at=NOW), (LINE,)))
        await work.conversations.save("web", "lan", Memory(asked="x"), NOW)
        await work.reports.erase(LAN, SOON)
    stones = Ledger(tmp_path / "erased.jsonl").read()
    assert len(stones) == 1
    assert "lan" not in (tmp_path / "erased.jsonl").read_text(encoding="utf-8")
    later = SOON + timedelta(minutes=5)
    async with database.work() as work:  # back again, with new words
        await work.reports.keep(Change(replace(FULL, id="r2", number="1111111110", created_at=later), (replace(LINE, report="r2"),)))
        await work.conversations.save("web", "lan", Memory(asked="y"), later)
    assert await database.erase_again(later) == 0
    async with database.work() as work:  # what a restored backup would hold
        await work.reports.keep(Change(replace(FULL, id="r0", number="2222222220", created_at=NOW), (replace(LINE, report="r0"),)))
    assert await database.erase_again(later) == 1
    async with database.look() as work:
        assert await work.reports.of(LAN) == []


async def test_received_reports_stay_without_a_name_where_a_setting_says_so(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path, b"key", keep_received=True)
    async with database.work() as work:
        await work.reports.keep(Change(FULL, (LINE,)))
        await work.reports.keep(Change(replace(FULL, id="d", number="", state=FULL.state.DRAFT), (replace(LINE, report="d"),)))
        await work.reports.erase(LAN, NOW)
        kept, dropped = await work.reports.get("r1"), await work.reports.get("d")
    await database.close()
    assert kept is not None
    assert dropped is not None
    assert (kept.reporter, kept.text, kept.commune, kept.name_seen) == (None, FULL.text, "", None)
    assert dropped.text == ""


def test_a_ledger_that_a_crash_has_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erased.jsonl")
    one, two = (Tombstone(mark, ("r1",), NOW) for mark in ("a", "b"))
    ledger.add([one])
    with (tmp_path / "erased.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"mark": "x", "rep')
    assert ledger.read() == [one]
    assert ledger.merged([one, two]) == [one, two]
    assert ledger.read() == [one, two]


async def test_what_goes_to_many_never_stands_before_a_reply(database: Database) -> None:
    async with database.work() as work:
        for n in range(5):
            await work.outbox.add(Outgoing("web", f"nhiều {n}", f"many-{n}", {}), NOW)
        await work.outbox.add(Outgoing("web", "lan", "in:1", {}, 1), NOW)
        first = await work.outbox.claim(SOON, timedelta(minutes=1), ("web",))
    assert first is not None
    assert first.message.person == "lan"


async def test_links_join_part_and_move(database: Database) -> None:
    web, phone, zalo = Identity("web", "w"), Identity("telegram", "t"), Identity("zalo", "z")
    async with database.work() as work:
        assert await work.links.circle(web) == {web}
        assert not await work.links.leave(web)
        await work.links.join(web, phone)
        await work.links.join(zalo, phone)
        for identity in (web, phone, zalo):
            assert await work.links.circle(identity) == {web, phone, zalo}
        assert await work.links.leave(phone)
        assert await work.links.circle(web) == {web, zalo}
        assert await work.links.circle(phone) == {phone}
        code = await work.carrying.code(web, NOW)
        await work.carrying.take(code, phone, NOW)
        assert await work.links.circle(phone) == {phone, zalo}
        assert await work.links.leave(zalo)
        assert await work.links.circle(phone) == {phone}  # nobody stands in a circle alone


async def test_queues_are_counted_for_who_watches(database: Database) -> None:
    await put(database, "một")
    await put(database, "hai", minutes=2)
    async with database.work() as work:
        await work.outbox.add(Outgoing("telegram", "lan", "n", {}), NOW)
    async with database.look() as work:
        assert await work.threads.backlog() == {"web": (2, NOW)}
        assert await work.threads.standing() == {("telegram", "waiting"): 1}
