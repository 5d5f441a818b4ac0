"""What happens when a worker dies: nothing or all; one row for one event; nobody's words after an erasure."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import text

from handlers.memory import Memory
from handlers.post import Event, Outgoing
from knowledge.calendar import Calendar
from reports.deadlines import Clocks
from reports.desk import DeskService
from reports.model import Identity, Reporter, Unfixed
from reports.number import RandomCodes
from reports.places import Places
from reports.routing import Routing
from reports.rules import Rules
from reports.service import Service
from store.database import Database, Work
from store.tables import Base
from tests.store.contract import LAN, LEASE, MEMORY, MINH, NOW, claimed, event
from tests.store.databases import KEY, opened, url_of

RULES = Rules(Routing.load(), Clocks.load(Calendar.load()), Places([], []))


def now() -> datetime:
    return NOW


@pytest.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(request.param, tmp_path) as found:
        yield found


class Killed(Exception):
    """The process is gone, as far as the database can tell."""


@contextmanager
def killed_at(database: Database, step: int) -> Iterator[list[str]]:
    """Raise before the statement number `step`, the commit being the last one."""
    steps: list[str] = []

    def before(*args: Any) -> None:
        steps.append(str(args[2]) if len(args) > 2 else "COMMIT")
        if len(steps) == step:
            raise Killed

    engine = database.engine.sync_engine
    for name in ("before_cursor_execute", "commit"):
        sql_event.listen(engine, name, before)
    try:
        yield steps
    finally:
        for name in ("before_cursor_execute", "commit"):
            sql_event.remove(engine, name, before)


def service(work: Work, database: Database) -> Service:
    return Service(work.reports, database.files, RULES, now, RandomCodes())


async def handled(database: Database) -> None:
    """What a worker does with a message: all of it in one unit of work."""
    arrived = await claimed(database, NOW + timedelta(days=1))
    assert arrived is not None
    async with database.work() as work:
        who = Identity(arrived.event.channel, arrived.event.person)
        await work.conversations.load(who.channel, who.person)
        use = service(work, database)
        draft = await use.start(who, arrived.event.payload["text"])
        draft = await use.fill(replace(draft, provision=Unfixed.UNKNOWN), who)
        receipt = await use.submit(draft.id, who)
        await use.attach(draft.id, who, "a.pdf", b"%PDF-1")
        await work.outbox.add(Outgoing(who.channel, who.person, f"reply:{arrived.id}", {"number": receipt.report.number}), NOW)
        await work.conversations.save(who.channel, who.person, MEMORY, NOW)
        await work.inbox.done(arrived)


async def counted(database: Database) -> dict[str, int]:
    async with database.engine.connect() as connection:
        return {name: (await connection.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in Base.metadata.tables}


async def test_a_worker_that_dies_at_any_step_leaves_nothing_and_the_next_does_all(database: Database) -> None:
    async with database.work() as work:
        await work.inbox.put(event(1))
    before = await counted(database)
    step = 0
    while True:
        step += 1
        with killed_at(database, step) as steps:
            try:
                await handled(database)
            except Killed:
                pass
            else:
                break
        assert await counted(database) == before, steps[-1]
        async with database.engine.begin() as connection:
            await connection.execute(text("UPDATE inbox SET claimed_until = NULL"))  # the lease ends
    assert step > 15
    after = await counted(database)
    assert (after["report"], after["outbox"], after["attachment"], after["conversation"]) == (1, 1, 1, 1)
    assert await claimed(database, NOW + timedelta(days=2)) is None


async def test_an_event_whose_delivery_is_cut_off_can_be_delivered_again(database: Database) -> None:
    for step in (1, 2, 3):
        with killed_at(database, step), pytest.raises(Killed):
            async with database.work() as work:
                await work.inbox.put(event(1))
        assert (await counted(database))["inbox"] == 0
    async with database.work() as work:
        assert await work.inbox.put(event(1))


async def test_claimers_that_race_never_hold_one_conversation(database: Database) -> None:
    async with database.work() as work:
        for n in range(4):
            for person in ("a", "b", "c"):
                await work.inbox.put(event(n, person))
    found = await asyncio.gather(*(claimed(database) for _ in range(12)))
    held = [a.event.person for a in found if a is not None]
    assert len(held) == len(set(held))
    assert all(a.event.event_id.endswith("-0") for a in found if a is not None)


async def every_word(database: Database) -> str:
    """All that the tables hold, as text."""
    parts: list[str] = []
    async with database.engine.connect() as connection:
        for name in Base.metadata.tables:
            parts += [str(tuple(row)) for row in await connection.execute(text(f"SELECT * FROM {name}"))]
    return "\n".join(parts)


async def told_everything(database: Database) -> None:
    """A person whose words stand in every table."""
    async with database.work() as work:
        await work.inbox.put(Event("web", "7", "ngoclan77", {"text": "Tôi là Trần Ngọc Lan"}, NOW))
        await work.conversations.save("web", "ngoclan77", Memory(waiting="Trần Ngọc Lan hỏi"), NOW)
        use, who = service(work, database), Identity("web", "ngoclan77")
        await use.introduce(Reporter(who, "Trần Ngọc Lan", "0912345678", noticed_at=NOW))
        draft = await use.start(who, "Trần Ngọc Lan ở xã Tân Lập")
        draft = await use.fill(replace(draft, provision=Unfixed.NONE, proposal="Gọi Trần Ngọc Lan", commune="05482"), who)
        await use.submit(draft.id, who)
        await use.attach(draft.id, who, "Trần Ngọc Lan.pdf", b"%PDF-1 tran ngoc lan")
        await use.say(draft.id, who, "Trần Ngọc Lan nhắc")
        await use.start(who, "Nháp của Trần Ngọc Lan")
        desk = DeskService(work.reports, RULES, now, RandomCodes())
        await desk.ask(draft.id, "Hoa", "Bà Trần Ngọc Lan cho biết")
        await desk.forward(draft.id, "Hoa", "queue", "theo lời bà Trần Ngọc Lan")


async def test_after_an_erasure_no_column_holds_a_personal_word(database: Database, tmp_path: Path) -> None:
    await told_everything(database)
    words = ("Ngọc Lan", "0912345678", "ngoclan77")
    before = await every_word(database)
    assert all(word in before for word in words)
    async with database.work() as work:
        await service(work, database).erase(Identity("web", "ngoclan77"))
    left = await every_word(database)
    assert not [word for word in words if word in left]
    assert list((tmp_path / "attachments").glob("*/*")) == []
    for path in tmp_path.glob("test.db*"):  # neither in what SQLite keeps of old pages
        assert not [word for word in words if word.encode() in path.read_bytes()], path


async def test_a_restored_backup_is_erased_again(database: Database) -> None:
    await told_everything(database)
    async with database.work() as work:
        stone = await service(work, database).erase(Identity("web", "ngoclan77"))
        assert await work.erasure.tombstones() == [stone]
    await told_everything_again(database)
    async with database.work() as work:
        assert await work.erasure.again([stone], NOW) == 1
        assert await work.erasure.again([stone], NOW) == 0
    assert "Ngọc Lan" not in await every_word(database)


async def told_everything_again(database: Database) -> None:
    """As after a restore: the same person, the rows of before back."""
    async with database.work() as work:
        await work.inbox.put(Event("web", "8", "ngoclan77", {"text": "Trần Ngọc Lan"}, NOW - timedelta(minutes=5)))
        await work.reports.keep_reporter(Reporter(Identity("web", "ngoclan77"), "Trần Ngọc Lan"))


async def test_a_file_that_two_reports_share_outlives_the_erasure_of_one(database: Database) -> None:
    async with database.work() as work:
        use = service(work, database)
        for who in (LAN, MINH):
            file = await use.attach((await use.start(who, "a")).id, who, "a.pdf", b"%PDF-1")
    async with database.work() as work:
        await service(work, database).erase(LAN)
    assert await database.files.get(file.digest) == b"%PDF-1"
    async with database.work() as work:
        await service(work, database).erase(MINH)
    with pytest.raises(FileNotFoundError):
        await database.files.get(file.digest)


async def test_files_that_a_crash_has_left_are_swept(database: Database) -> None:
    digest = await database.files.put(b"%PDF-2")
    assert await database.sweep() == 0  # it may belong to a unit of work that is not committed yet
    old = datetime.now().timestamp() - 7200
    os.utime(database.files.path(digest), (old, old))
    assert await database.sweep() == 1
    with pytest.raises(FileNotFoundError):
        database.files.path("../../etc/passwd")


WRITER = """
import asyncio, sys
from pathlib import Path
from store.database import Database
from tests.store.contract import event
from tests.store.databases import KEY
async def main():
    database = Database(__import__("store.database").database.open_engine(sys.argv[1]), None, KEY, None)
    n = int(sys.argv[2])
    while True:
        n += 1
        async with database.work() as work:
            await work.inbox.put(event(n))
        print(n, flush=True)
asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_what_was_acknowledged_outlives_kill_9(kind: str, tmp_path: Path) -> None:
    url = await url_of(kind, tmp_path)
    database = await Database.open(url, tmp_path, KEY)
    acknowledged: list[int] = [0]
    for _ in range(3):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, url, str(acknowledged[-1] + 1000), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert child.stdout is not None
        acknowledged += [int(await child.stdout.readline()) for _ in range(25)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in (await child.stdout.read()).split(b"\n")[:-1]]
        await child.wait()
    async with database.work() as work:
        assert not any([await work.inbox.put(event(n)) for n in acknowledged[1:]])  # every one of them is there
    assert await claimed(database, NOW + LEASE) is not None
    await database.close()


@pytest.mark.parametrize("seed", range(3))
async def test_workers_and_deliveries_that_race_keep_each_conversation_whole(database: Database, seed: int) -> None:
    """Messages arrive while workers claim, fail, die and finish: each is done once, none while another is held."""
    chance = random.Random(seed)
    people, holding, done = ["a", "b", "c"], set[str](), list[str]()
    arriving = [(person, n) for n in range(8) for person in people]
    moment = NOW

    async def deliver() -> None:
        for person, n in arriving:
            async with database.work() as work:
                await work.inbox.put(event(n, person))
            await asyncio.sleep(chance.random() / 500)

    async def work_on() -> None:
        while len(done) < len(arriving):
            arrived = await claimed(database, moment)
            if arrived is None:
                await asyncio.sleep(0.002)
                continue
            assert arrived.event.person not in holding
            holding.add(arrived.event.person)
            await asyncio.sleep(chance.random() / 500)
            holding.discard(arrived.event.person)
            async with database.work() as work:
                if chance.random() < 0.2:
                    await work.inbox.failed(arrived, "again", moment)
                    continue
                await work.inbox.done(arrived)
                done.append(arrived.event.event_id)

    await asyncio.gather(deliver(), *(work_on() for _ in range(4)))
    assert sorted(done) == sorted(f"{person}-{n}" for person, n in arriving)
    for person in people:
        assert [d for d in done if d.startswith(person)] == [f"{person}-{n}" for n in range(8)]
