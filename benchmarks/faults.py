"""Kills what takes messages and what works them off, at random and again and again, and looks for what was lost, doubled or out of order.

    python -m benchmarks.faults --database sqlite|postgres --kills 300 [--seed 1]
    python -m benchmarks.faults --database postgres --outage [--outage-seconds 60]
    python -m benchmarks.faults --whole 20 [--index FOLDER]

Prints a Markdown table and exits 1 where anything is wrong. The worker's law and search always fail: reports go on without them.
"""

import argparse
import asyncio
import hashlib
import html
import importlib
import json
import logging
import multiprocessing
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import build
from bot.channels import Progress
from bot.settings import Settings
from bot.worker import Rhythm, Worker
from handlers.faults import Found
from handlers.memory import Memory
from handlers.message import Block, BlockKind, File, Incoming, Reply
from handlers.post import Event, incoming_payload
from handlers.reporting import Reporting
from handlers.talk import Talk
from store.database import Database
from store.tables import HistoryRow, InboxRow, OutboxRow, ReportRow

ROOT: Final = Path(__file__).parents[1]
POSTGRES: Final = os.environ.get("CAUNOI_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")
KEY: Final = b"a key for benchmarks"
CHANNEL: Final = "telegram"
MEAN_LIFE: Final = 0.5  # seconds from READY to the kill
LANES: Final = 8  # people who write at the same time
MOST_WAITING: Final = 60  # messages; then people are held back, so that the end need not be waited for
SKIPS: Final = 4  # trouble, who, place, wish
_NUMBER: Final = re.compile(r"CN \d{3} \d{3} \d{4}")
_TAG: Final = re.compile(r"\bn(\d+)d(\d+)\b")
_SYLLABLES: Final = tuple(" ".join((
    "xã huyện cụm công nghiệp hồ sơ thành lập mở rộng khuyến kinh phí đề án nghiệm thu quyết toán báo cáo hạ tầng đất đai diện tích chủ đầu tư",
    "doanh thẩm định quy hoạch phương án nước thải môi trường điện lực chợ siêu thị rượu thuốc lá xăng dầu khoáng sản hóa chất cấp phép kiểm tra",
    "giám sát nộp chậm thiếu biểu mẫu căn cứ phân kỳ ngân sách hỗ trợ máy móc thiết bị nông thôn làng nghề",
)).split())  # fmt: skip
_SHARED: Final = tuple(
    f"Không rõ cơ quan nào nhận hồ sơ {what} sau khi không còn cấp huyện, xã chưa có hướng dẫn"
    for what in ("thành lập cụm công nghiệp", "khuyến công địa phương", "quyết toán kinh phí", "mở rộng chợ nông thôn")
)  # fmt: skip


# --- what people write --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One message of a script: words or a tap; `sends` where a report must be there once it was worked off."""

    dialogue: int
    text: str = ""
    choice: str | None = None
    sends: bool = False


def script(seed: int, person: int) -> list[Said]:
    """All that this person writes: one report or several, some the same as others', some sent by two taps."""
    chance = random.Random(f"{seed}:{person}")
    told: list[Said] = []
    for number in range(chance.choice((1, 1, 1, 2, 3))):
        tag, way = f"n{person}d{number}", chance.choice(("once", "once", "twice", "shared"))
        words = chance.choice(_SHARED) if way == "shared" else " ".join(chance.choices(_SYLLABLES, k=14))
        taps = ["w:where:unknown", *["w:skip"] * SKIPS, "w:send", *{"twice": ["w:send"], "shared": ["w:anyway"]}.get(way, [])]
        sending = "w:anyway" if way == "shared" else "w:send"
        told += [Said(number, "/baocao"), Said(number, f"{words} {tag}"), *(Said(number, choice=t, sends=t == sending) for t in taps)]
    return told


def event_of(person: int, step: int) -> str:
    """The channel's id of a message."""
    return f"p{person}:{step}"


# --- the two processes --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a run happens: the database, a folder for what the processes write, and the seed of its scripts."""

    url: str
    folder: Path
    seed: int

    def line(self, name: str, **facts: object) -> None:
        """Append one line to a file: whole or not at all, whatever happens next."""
        file = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, (json.dumps(facts, ensure_ascii=False) + "\n").encode())
            if name == "sends":
                os.fsync(file)
        finally:
            os.close(file)

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What was appended to a file."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []

    @property
    def finishing(self) -> bool:
        """True once nobody new is to write."""
        return (self.folder / "finish").exists()

    @property
    def postgres(self) -> bool:
        """Whether several workers may work on it."""
        return make_url(self.url).get_backend_name() != "sqlite"

    async def open(self) -> Database:
        """The database of this place."""
        return await Database.open(self.url, self.folder, KEY)


class FileChannel:
    """A channel that appends one line a send to a file, on the disk before it returns."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def send(self, person: str, reply: Reply, place: Mapping[str, Any], skip: int, sent: Progress) -> str:
        """Append the line; a reply is one message here."""
        said = reply.text()
        number = _NUMBER.search(said)
        facts = {"number": number[0] if number else "", "words": hashlib.sha256(said.encode()).hexdigest()[:16], "pid": os.getpid()}
        await asyncio.to_thread(self._place.line, "sends", person=person, event=place.get("event", ""), **facts)
        return str(place.get("event", ""))

    async def fetch(self, file: File) -> File:
        """No files come here."""
        raise NotImplementedError

    @asynccontextmanager
    async def busy(self, place: Mapping[str, Any]) -> AsyncIterator[None]:
        """Nothing to show."""
        yield


async def _no_law(incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
    raise RuntimeError("no index")


async def _no_find(words: str) -> Found:
    raise RuntimeError("no index")


def _greeting(language: str) -> Reply:
    return Reply((Block(BlockKind.LEAD, "Chào."),))


def talk(place: Place) -> Talk:
    """The whole conversation without the law."""
    settings = Settings(_env_file=None, data_dir=place.folder)  # type: ignore[call-arg]
    clerk = partial(build.clerk, build.report_rules(settings), settings)
    return Talk(_no_law, _no_find, Reporting(clerk, build.now), _greeting, build.now)


def run_worker(place: Place, ready: Connection) -> None:
    """One worker, until SIGTERM or a kill."""
    _log_to(place)
    asyncio.run(_work(place, ready))


def run_intake(place: Place, ready: Connection) -> None:
    """People write, until all have said everything and nobody new is to come."""
    _log_to(place)
    asyncio.run(_take(place, ready))


def _log_to(place: Place) -> None:
    logging.basicConfig(filename=place.folder / "log", level=logging.ERROR, format="%(process)d %(name)s %(message)s", force=True)
    logging.getLogger("handlers.talk").setLevel(logging.CRITICAL)  # it says for each message that there is no index


async def _work(place: Place, ready: Connection) -> None:
    database = await place.open()
    if database.alone:
        await database.let_claims_go()
    rhythm = Rhythm(idle=0.1, lease=2.0 if place.postgres else 60.0)
    running = asyncio.create_task(Worker(database, talk(place), {CHANNEL: FileChannel(place)}, build.now, rhythm).run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    ready.send("READY")
    with suppress(asyncio.CancelledError):
        await running
    await database.close()


async def _take(place: Place, ready: Connection) -> None:
    database = await place.open()
    said: Counter[int] = Counter()
    for ack in place.lines("acks"):
        said[ack["person"]] = max(said[ack["person"]], ack["step"] + 1)
    first_new = max(said, default=-1) + 1
    unfinished = iter([n for n in range(first_new) if said[n] < len(script(place.seed, n))])
    new = iter(range(first_new, 10**9))
    chance, flows, ended = random.Random(), asyncio.Event(), False
    ready.send("READY")

    async def put(event: Event) -> bool:
        while True:
            try:
                async with database.work() as work:
                    return bool(await work.inbox.put(event))
            except Exception as error:
                await asyncio.to_thread(place.line, "errors", error=type(error).__name__, at=time.time())
                await asyncio.sleep(0.2)  # a platform that had no answer sends again

    async def person(number: int) -> None:
        events: list[Event] = []
        for step, what in enumerate(script(place.seed, number)):
            event_id = event_of(number, step)
            incoming = Incoming(CHANNEL, f"p{number}", what.text, what.choice, message=str(step))
            event = Event(CHANNEL, event_id, f"p{number}", incoming_payload(incoming, {"event": event_id}), build.now())
            events.append(event)
            if step < said[number]:
                continue
            await flows.wait()
            kept = await put(event)
            place.line("acks", person=number, step=step, event=event_id, kept=kept, at=time.time())
            if chance.random() < 0.1:
                again = chance.choice(events)
                place.line("again", event=again.event_id, kept=await put(again))
            await asyncio.sleep(chance.random() * 0.02)

    async def lane() -> None:
        while (number := next(unfinished, None)) is not None or not place.finishing:
            await person(next(new) if number is None else number)

    async def watch() -> None:
        while not ended:
            waiting = 0  # nobody is held back where the database cannot say
            with suppress(Exception):
                async with database.engine.connect() as connection:
                    waiting = (await connection.execute(select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting"))).scalar_one()
            flows.set() if waiting < MOST_WAITING else flows.clear()
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(lane() for _ in range(LANES)))
    ended = True
    await watching
    await database.close()


# --- killing them -------------------------------------------------------------------------------------


class Child:
    """One process that is started, killed and started again."""

    def __init__(self, role: str, run: Callable[[Place, Connection], None], place: Place) -> None:
        self.role, self._run, self._place = role, run, place
        self.kills, self.ready, self.due = 0, False, 0.0
        self.start()

    def start(self) -> None:
        """Start it; it says READY by itself."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.faults"])
        self._ready, theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=self._run, args=(self._place, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False

    def is_ready(self) -> bool:
        """True from READY on."""
        if not self.ready and self._ready.poll():
            with suppress(EOFError):
                self.ready = self._ready.recv() == "READY"
        return self.ready

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.process.kill()
        self.process.join(10)
        self._ready.close()
        self.kills += 1

    def end(self, seconds: float = 20.0) -> None:
        """Ask it to end, as a supervisor does."""
        self.process.terminate()
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            self.process.join(10)


@dataclass
class Findings:
    """The figures of a run, and what was wrong."""

    figures: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def must(self, holds: bool, what: str) -> None:
        """Remember what does not hold."""
        if not holds:
            self.wrong.append(what)

    def told(self) -> str:
        """As a Markdown table, then what was wrong."""
        rows = [f"| {name} | {value} |" for name, value in self.figures.items()]
        rows.append(f"| violations | {len(self.wrong)} |")
        return "\n".join(["| figure | value |", "| --- | --- |", *rows, *(f"WRONG: {w}" for w in self.wrong[:40])])


def killed(place: Place, kills: int, say: Callable[[str], None]) -> Findings:
    """Kill a random one of the processes, `kills` times in all; then let everything come to its end and look."""
    chance, found, began = random.Random(place.seed), Findings(), time.monotonic()
    children = [Child("intake", run_intake, place), *(Child("worker", run_worker, place) for _ in range(2 if place.postgres else 1))]
    try:
        while (done := sum(c.kills for c in children)) < kills:
            for child in children:
                if not child.ready and child.is_ready():
                    child.due = time.monotonic() + chance.expovariate(1 / MEAN_LIFE)
                if not child.process.is_alive():
                    raise SystemExit(f"{child.role} ended by itself: {child.process.exitcode}")
                spared = child.kills > min(c.kills for c in children) + kills // 6  # or few kills would all be of one
                if child.ready and not spared and time.monotonic() >= child.due:
                    child.kill()
                    child.start()
                    done += 1
                    if done % 50 == 0:
                        say(f"{done} kills, {time.monotonic() - began:.0f} s")
                    if done == kills:
                        break
            time.sleep(0.003)
        _let_end(place, children, found)
    finally:
        for child in children:
            child.end()
    by_role = Counter[str]()
    for child in children:
        by_role[child.role] += child.kills
    found.figures |= {"kills": kills, "kills of intake": by_role["intake"], "kills of a worker": by_role["worker"]}
    asyncio.run(_examine(place, found, kills))
    found.figures["seconds"] = round(time.monotonic() - began)
    return found


def broken(place: Place, seconds: float, say: Callable[[str], None]) -> Findings:
    """Take the database away under load for some seconds, give it back, and look."""
    found, began, name = Findings(), time.monotonic(), make_url(place.url).database
    children = [Child("intake", run_intake, place), *(Child("worker", run_worker, place) for _ in range(2))]
    try:
        _until(lambda: all(c.is_ready() for c in children), 30)
        time.sleep(8)
        say("the database goes")
        gone = time.time()
        ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        asyncio.run(_admin(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", ends, ends))
        time.sleep(seconds)
        back = time.time()
        asyncio.run(_admin(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        say("the database is back")
        time.sleep(15)
        found.must(all(c.process.is_alive() for c in children), "a process did not survive the outage")
        _let_end(place, children, found)
    finally:
        asyncio.run(_admin(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        for child in children:
            child.end()
    acks, errors = [a["at"] for a in place.lines("acks")], place.lines("errors")
    during = [at for at in acks if gone + 1 < at < back]
    found.must(bool(errors), "intake saw no error")
    found.must(not during, f"{len(during)} messages were acknowledged without a database")
    found.figures |= {
        "seconds without database": seconds, "errors seen by intake": len(errors), "kinds of them": ", ".join(sorted({e["error"] for e in errors})),
        "acknowledged before": sum(at < gone for at in acks), "acknowledged during it": len(during), "acknowledged after": sum(at > back for at in acks),
        "seconds until the first acknowledgement after": round(min((at for at in acks if at > back), default=float("inf")) - back, 1),
    }  # fmt: skip
    asyncio.run(_examine(place, found, 8))
    found.figures["seconds"] = round(time.monotonic() - began)
    return found


def _let_end(place: Place, children: Sequence[Child], found: Findings) -> None:
    """Nobody new writes; who has begun ends; all is worked off and sent."""
    _until(lambda: all(c.is_ready() for c in children), 60)
    (place.folder / "finish").touch()
    children[0].process.join(180)
    found.must(children[0].process.exitcode == 0, f"intake did not come to its end: {children[0].process.exitcode}")
    found.must(asyncio.run(_drained(place, 300)), "inbox or outbox was not worked off")


async def _drained(place: Place, seconds: float) -> bool:
    database, until = await place.open(), time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            async with database.engine.connect() as connection:
                counted = [select(func.count()).select_from(queue).where(queue.state == "waiting") for queue in (InboxRow, OutboxRow)]
                waiting = [(await connection.execute(count)).scalar_one() for count in counted]
            if not any(waiting):
                return True
            await asyncio.sleep(0.2)
        return False
    finally:
        await database.close()


def _until(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


# --- looking ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What the database holds at the end."""

    inbox: Sequence[Any]
    outbox: Sequence[Any]
    reports: Sequence[Any]
    history: Sequence[Any]


async def _kept(database: Database) -> Kept:
    async with database.engine.connect() as connection:

        async def every(table: Any, *columns: Any) -> Sequence[Any]:
            return (await connection.execute(select(*columns).order_by(table.__mapper__.primary_key[0]))).all()

        inbox = await every(InboxRow, InboxRow.id, InboxRow.event_id, InboxRow.channel, InboxRow.person, InboxRow.state, InboxRow.attempts, InboxRow.error)
        outbox = await every(OutboxRow, OutboxRow.id, OutboxRow.answers, OutboxRow.person, OutboxRow.state, OutboxRow.attempts)
        reports = await every(ReportRow, ReportRow.id, ReportRow.channel, ReportRow.person, ReportRow.state, ReportRow.number, ReportRow.text)
        history = await every(HistoryRow, HistoryRow.report, HistoryRow.what, HistoryRow.before, HistoryRow.after)
    return Kept(inbox, outbox, reports, history)


async def _examine(place: Place, found: Findings, most_repeats: int) -> None:
    kept = await _opened_and_kept(place)
    acks, again, sends = place.lines("acks"), place.lines("again"), place.lines("sends")
    acked = {a["event"] for a in acks}
    promised = {(a["person"], w.dialogue) for a in acks if (w := script(place.seed, a["person"])[a["step"]]).sends}
    events = {row.event_id for row in kept.inbox}
    found.must(acked <= events, f"{len(acked - events)} acknowledged messages are not in the inbox")
    found.must(not any(a["kept"] for a in again), "a message was kept twice")
    _check_queues(kept, found)
    _check_reports(kept, found, promised, {a["person"]: f"p{a['person']}" for a in acks})
    _check_sends(kept, found, sends, most_repeats)
    log = place.folder / "log"
    failures = [line for line in log.read_text(encoding="utf-8").splitlines() if "failed at attempt" in line] if log.exists() else []
    found.figures |= {
        "messages acknowledged": len(acked), "sent again under the same id": len(again), "people": len({a["person"] for a in acks}),
        "reports promised": len(promised), "reports received": sum(r.number is not None for r in kept.reports),
        "messages begun more than once": sum(row.attempts > 1 for row in kept.inbox), "most attempts": max((r.attempts for r in kept.inbox), default=0),
        "errors in a worker's turn": len(failures), "kinds of those": ", ".join(sorted({line.rsplit(": ", 1)[-1] for line in failures})),
        "sends": len(sends), "sends repeated": len(sends) - len({s["event"] for s in sends}),
    }  # fmt: skip


def _check_queues(kept: Kept, found: Findings) -> None:
    """Each message once, in its person's order, with one reply."""
    for row in kept.inbox:
        found.must(row.state == "done", f"inbox {row.event_id} is {row.state}: {row.error} after {row.attempts} attempts")
    steps, answered = defaultdict(list), defaultdict(list)
    for row in kept.inbox:
        steps[row.person].append(row.id)
    for row in kept.outbox:
        found.must(row.state == "sent", f"outbox {row.id} is {row.state}")
        if row.answers is not None:
            answered[row.person].append(row.answers)
    for person, ids in steps.items():
        found.must(answered[person] == ids, f"the messages of {person} were not worked off once each in their order")


def _check_reports(kept: Kept, found: Findings, promised: set[tuple[int, int]], owners: Mapping[int, str]) -> None:
    """Each sending that was acknowledged is one report, received once, of whom it is where that is known."""
    received: Counter[tuple[int, int]] = Counter()
    for row in kept.reports:
        if row.number is not None and (tag := _TAG.search(row.text)) is not None:
            received[int(tag[1]), int(tag[2])] += 1
            found.must(owners.get(int(tag[1]), row.person) == row.person, f"report {row.id} belongs to another")
    for dialogue in promised:
        found.must(received[dialogue] == 1, f"dialogue {dialogue} gave {received[dialogue]} reports")
    found.must(max(received.values(), default=1) == 1, "a report is doubled")
    found.must(sum(received.values()) == sum(r.number is not None for r in kept.reports), "a report is nobody's")
    lines = defaultdict(list)
    for line in kept.history:
        lines[line.report].append(line)
    for row in kept.reports:
        what = Counter("received" if (h.what, h.after) == ("state", "received") else h.what for h in lines[row.id])
        once = ("created", "text", "provision", "received") if row.number is not None else ("created",)
        found.must(all(what[name] == 1 for name in once), f"history of report {row.id}: {dict(what)}")


def _check_sends(kept: Kept, found: Findings, sends: Sequence[Mapping[str, Any]], most_repeats: int) -> None:
    """Every row went out; what went out twice said the same, and few did."""
    event_by_id = {row.id: row.event_id for row in kept.inbox}
    sent, said, order = Counter(s["event"] for s in sends), defaultdict(set), defaultdict[str, list[str]](list)
    for line in sends:
        said[line["event"]].add((line["number"], line["words"]))
        if line["event"] not in order[line["person"]]:
            order[line["person"]].append(line["event"])
    for row in kept.outbox:
        found.must(sent[event_by_id.get(row.answers, "")] > 0, f"outbox {row.id} was never sent")
    found.must(all(len(words) == 1 for words in said.values()), "a repeated send said something else")
    for person, events in order.items():
        steps = [int(e.partition(":")[2]) for e in events]
        found.must(steps == sorted(steps), f"replies to {person} went out in another order")
    repeats = sum(sent.values()) - len(sent)
    found.must(repeats <= most_repeats, f"{repeats} repeated sends, more than {most_repeats}")
    told = {line["number"] for line in sends if line["number"]}
    for row in kept.reports:
        if row.number is not None:
            shown = f"CN {row.number[:3]} {row.number[3:6]} {row.number[6:]}"
            found.must(shown in told, f"nobody was told of report {row.id}")


# --- the whole product --------------------------------------------------------------------------------


class Service:
    """`python -m bot run` as a child, on one data directory and one port."""

    def __init__(self, data: Path, telegram: str, token: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url, self._log = f"http://127.0.0.1:{self._port}", data / "service.log"
        own = {
            "DATA_DIR": str(data), "PORT": str(self._port), "TELEGRAM_TOKEN": token, "TELEGRAM_API": telegram, "LOG_LEVEL": "ERROR", "DATABASE": "",
        }  # fmt: skip
        others = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")}
        self._environment = others | {f"CAUNOI_{name}": value for name, value in own.items()}

    def command(self, *words: str) -> None:
        """Run another command on the same data."""
        subprocess.run([sys.executable, "-m", "bot", *words], cwd=ROOT, env=self._environment, check=True, capture_output=True, timeout=300)

    def start(self) -> None:
        """Start it and wait until its page opens."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise SystemExit(f"the service ended by itself: {self._log.read_text(encoding='utf-8')[-2000:]}")
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200:
                    return
            time.sleep(0.05)
        raise SystemExit("the service did not start")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait(10)

    def end(self) -> None:
        """Ask it to end, as a supervisor does."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.kill()


class Crowd:
    """People who write by web form and by Telegram, one report each, until nobody new is to come."""

    def __init__(self, place: Place, service: Service, telegram: Any) -> None:
        self._place, self._service, self._telegram = place, service, telegram
        self._numbers, self._lock = iter(range(10**9)), threading.Lock()
        self.promised: set[tuple[int, int]] = set()
        self.silent: list[str] = []
        self.faults: Counter[str] = Counter()
        self.acknowledged, self.chats = 0, set[int]()
        self._threads = [threading.Thread(target=self._people, args=(one,), daemon=True) for one in (self._web, self._chat) for _ in range(3)]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> bool:
        """Wait until all have ended what they began."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _people(self, one: Callable[[int], None]) -> None:
        while not self._place.finishing:
            with self._lock:
                number = next(self._numbers)
            try:
                one(number)
            except Exception as error:
                self.silent.append(f"person {number}: {type(error).__name__} {error}")

    def _steps(self, number: int) -> list[Said]:
        return [step for step in script(self._place.seed, number) if step.dialogue == 0]

    # --- by the form: 303 is the acknowledgement; what had none is sent again as the same submission ---

    def _web(self, number: int) -> None:
        with httpx.Client(base_url=self._service.url, timeout=60) as browser:
            for step in self._steps(number):
                page = self._tried(lambda: browser.get("/"), 200)
                nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
                form = {"nonce": html.unescape(nonce[1]) if nonce else "", "text": step.text, "choice": step.choice or ""}
                self._tried(lambda form=form: browser.post("/hoi", data=form), 303)  # type: ignore[misc]
                with self._lock:
                    self.acknowledged += 1
                    if step.sends:
                        self.promised.add((number, 0))

    def _tried(self, ask: Callable[[], httpx.Response], wanted: int) -> httpx.Response:
        until, last = time.monotonic() + 180, ""
        while time.monotonic() < until:
            try:
                answer = ask()
                if answer.status_code == wanted:
                    return answer
                last = str(answer.status_code)
            except httpx.HTTPError as error:
                last = type(error).__name__
            with self._lock:
                self.faults[last] += 1
            time.sleep(0.3)
        raise TimeoutError(last)

    # --- by Telegram: the platform keeps what was not taken; the person waits for each reply -----------

    def _chat(self, number: int) -> None:
        chat, words = 1_000_000 + number, {"w:where:unknown": "không rõ", "w:skip": "bỏ qua", "w:send": "gửi", "w:anyway": "1"}
        with self._lock:
            self.chats.add(chat)
        for step in self._steps(number):
            if step.choice == "w:send" and (number, 0) in self.promised:
                continue  # no second tap here
            before = len(self._got(chat))
            if step.choice is None:
                self._telegram.say(chat, step.text)
            elif not self._tapped(chat, step.choice):
                if step.choice == "w:anyway":
                    self.promised.add((number, 0))
                    return  # nothing alike was found: it was sent at once
                self._telegram.say(chat, words[step.choice])
            if step.sends:
                with self._lock:
                    self.promised.add((number, 0))
            _until(lambda before=before: len(self._got(chat)) > before, 180)  # type: ignore[misc]

    def _got(self, chat: int) -> list[Any]:
        return [sent for sent in self._telegram.sent if sent.chat_id == chat]

    def _tapped(self, chat: int, token: str) -> bool:
        for sent in reversed(self._got(chat)[-2:]):
            for button in sent.buttons:
                if token in button.get("callback_data", ""):
                    self._telegram.tap(sent, button["callback_data"])
                    return True
        return False


def whole(place: Place, kills: int, index: str, say: Callable[[str], None]) -> Findings:
    """Kill the whole service while people write by web and Telegram; start it again; look."""
    from tests.standins.telegram import TelegramStandin

    found, began, chance = Findings(), time.monotonic(), random.Random(place.seed)
    with TelegramStandin() as telegram:
        service = Service(place.folder, telegram.base_url, telegram.token)
        if index:
            shutil.copytree(index, place.folder / "index")
        else:
            service.command("index")
        service.start()
        try:
            crowd = Crowd(place, service, telegram)
            for done in range(1, kills + 1):
                time.sleep(chance.expovariate(1 / (6 * MEAN_LIFE)))
                service.kill()
                service.start()
                say(f"{done} kills, {time.monotonic() - began:.0f} s, {crowd.acknowledged} messages acknowledged by the form")
            time.sleep(5)
            (place.folder / "finish").touch()
            found.must(crowd.join(240), "somebody still waits for a reply")
            found.must(asyncio.run(_drained(place, 120)), "inbox or outbox was not worked off")
        finally:
            service.end()
        kept = asyncio.run(_opened_and_kept(place))
        found.wrong += crowd.silent
        _check_queues(kept, found)
        _check_reports(kept, found, crowd.promised, {})
        receipts = Counter((s.chat_id, number[0]) for s in telegram.sent if "tiếp nhận" in s.text and (number := _NUMBER.search(s.text)))
        by_chat = defaultdict[int, set[str]](set)
        for chat, shown in receipts:
            by_chat[chat].add(shown)
        found.must(all(len(numbers) == 1 for numbers in by_chat.values()), "one chat was told two receipt numbers")
        repeats = sum(receipts.values()) - len(receipts)
        found.must(repeats <= kills, f"{repeats} receipts repeated by {kills} kills")
        told = {shown for _, shown in receipts}
        missing = [r.id for r in kept.reports if r.number and r.channel == CHANNEL and f"CN {r.number[:3]} {r.number[3:6]} {r.number[6:]}" not in told]
        found.must(not missing, f"{len(missing)} receipts were never shown in Telegram")
        by_channel = Counter(row.channel for row in kept.inbox)
        found.figures |= {
            "kills of the service": kills, "messages by the form, acknowledged": crowd.acknowledged, "messages kept from the form": by_channel["web"],
            "messages kept from Telegram": by_channel[CHANNEL], "refusals and broken connections of the form": dict(crowd.faults),
            "reports promised": len(crowd.promised), "reports received": sum(r.number is not None for r in kept.reports),
            "receipts in Telegram": len(receipts), "receipts repeated in Telegram": repeats,
            "messages begun more than once": sum(row.attempts > 1 for row in kept.inbox), "seconds": round(time.monotonic() - began),
        }  # fmt: skip
    return found


async def _opened_and_kept(place: Place) -> Kept:
    database = await place.open()
    try:
        return await _kept(database)
    finally:
        await database.close()


# --- databases ----------------------------------------------------------------------------------------


async def _admin(*statements: str) -> None:
    engine = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


async def _made(place: Place) -> None:
    await (await place.open()).close()


def in_place(args: argparse.Namespace, run: Callable[[Place], Findings]) -> Findings:
    """Run in a database that is made before and dropped after, or in the empty one that was named."""
    with tempfile.TemporaryDirectory() as folder:
        name, url = f"caunoi_{uuid.uuid4().hex[:12]}", args.url
        if not url:
            url = f"sqlite+aiosqlite:///{Path(folder) / 'caunoi.db'}"
            if args.database == "postgres":
                asyncio.run(_admin(f"CREATE DATABASE {name}"))
                url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        place = Place(url, Path(folder), args.seed)
        try:
            asyncio.run(_made(place))
            return run(place)
        finally:
            if args.keep:
                shutil.copytree(folder, args.keep, dirs_exist_ok=True)
            if not args.url and args.database == "postgres":
                asyncio.run(_admin(f"DROP DATABASE {name} WITH (FORCE)"))


def main(given: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--url", default="", help="an empty database to use instead of one that is made")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--outage", action="store_true", help="take PostgreSQL away under load")
    parser.add_argument("--outage-seconds", type=float, default=60)
    parser.add_argument("--whole", type=int, default=0, help="so many kills of the whole service")
    parser.add_argument("--index", default="", help="a folder with an index to copy, so that none is built")
    parser.add_argument("--keep", default="", help="a folder to copy log and files to at the end")
    args = parser.parse_args(given)

    def say(words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the processes and drops the database
    if args.whole:
        args.database = "sqlite"
        found = in_place(args, lambda place: whole(place, args.whole, args.index, say))
    elif args.outage:
        args.database = "postgres"
        found = in_place(args, lambda place: broken(place, args.outage_seconds, say))
    else:
        found = in_place(args, lambda place: killed(place, args.kills, say))
    print(f"{datetime.now(build.HANOI):%Y-%m-%d} {args.database} seed {args.seed}\n\n{found.told()}")
    return 1 if found.wrong else 0


def _from_command_line() -> int:
    """Run `main` of this module under its own name: the processes it starts find it there, and need not run it again as a command."""
    command = sys.modules["__main__"]
    for name in ("__spec__", "__file__"):
        setattr(command, name, None)
    return int(importlib.import_module("benchmarks.faults").main())


if __name__ == "__main__":
    sys.exit(_from_command_line())
