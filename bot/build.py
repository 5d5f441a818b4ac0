"""Puts the parts together: the only file that knows all of them."""

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from bot.channels import Channel
from bot.fetch import Fetched, Fetcher
from bot.metrics import SILENT, Watch
from bot.settings import Settings
from bot.worker import Rhythm, Worker
from handlers.faults import Faults, Found
from handlers.matters import Matters
from handlers.memory import InMemory, Memories, Memory
from handlers.message import Incoming, Reply
from handlers.post import Work
from handlers.report_staff import desk_lines, tell_desk
from handlers.report_turn import Clerk
from handlers.reporting import Reporting
from handlers.routes import Dialogue, Setting
from handlers.start import greeting
from handlers.talk import Talk
from handlers.texts import report_texts, texts
from knowledge import index as indexes
from knowledge.answer import Answers
from knowledge.authority import Authority
from knowledge.calendar import Calendar
from knowledge.corpus import Corpus, assemble, load_digests
from knowledge.duties import Duties
from knowledge.embedder import MODEL, Embedder, ModelMissing, StaticEmbedder, open_embedder
from knowledge.entries import EntryError
from knowledge.library import Library, Origin
from knowledge.passages import passages
from knowledge.procedures import Procedures
from knowledge.query import Reader, Vocabulary
from knowledge.reading import Ocr
from knowledge.search import Ranking, Search
from knowledge.spelling import Speller
from reports.chats import DeskChat, load_chats
from reports.deadlines import Clocks, Step, overdue
from reports.desk import DeskService
from reports.limits import Limits
from reports.number import RandomCodes
from reports.places import Places
from reports.routing import Routing
from reports.rules import Rules
from reports.service import Service
from reports.states import State
from store.database import Database
from store.retention import Keeping

T = TypeVar("T")
Store = Database  # what bot.service holds without knowing the room
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
Progress = Callable[[str], None]
log = logging.getLogger("caunoi")
_FRESH: Final = timedelta(days=7)  # a report of so long ago is still told to a desk that has a chat only now


def now() -> datetime:
    """The time in Asia/Ho_Chi_Minh, where every day of the law begins."""
    return datetime.now(HANOI)


def open_corpus(settings: Settings) -> Corpus:
    """Digests, known entries and ingested originals, merged and consolidated."""
    return assemble(load_digests(), library(settings).documents())


def library(settings: Settings) -> Library:
    """The ingested originals in the data directory."""
    return Library(settings.data_dir / "library")


def ocr(settings: Settings, pages: Callable[[int, int], None]) -> Ocr:
    """How scanned pages are recognised; `pages` is told each page that is done, and of how many."""
    return Ocr(settings.ocr_seconds, pages)


def fetcher(settings: Settings) -> Fetcher:
    """What fetches texts from public https addresses; only the command line does."""
    return Fetcher(settings.fetch_seconds)


def origin(url: str, found: Fetched) -> Origin:
    """What the library remembers of a text that was fetched from `url`."""
    return Origin(url, found.etag, found.modified)


def embedder(settings: Settings, progress: Progress) -> Embedder:
    """The configured model; the shipped one, with a word about it, where that cannot be loaded."""
    try:
        return open_embedder(settings.model)
    except ModelMissing as missing:
        if not settings.model:
            raise
        progress(f"Không mở được mô hình {missing.name} ({missing.reason}); dùng mô hình kèm theo.")
        return StaticEmbedder()


def open_answers(settings: Settings, progress: Progress) -> Answers:
    """Open what answers questions; an index that is missing, outdated or damaged is built again."""
    corpus = open_corpus(settings)
    model = embedder(settings, progress)
    vocabulary = Vocabulary.load()
    rows = passages(corpus, vocabulary)
    folder = settings.data_dir / "index"
    name = indexes.fingerprint(rows, model)
    try:
        index = indexes.open_index(folder, name)
        if indexes.current(folder) != name:
            indexes.point(folder, name)
    except indexes.DamagedIndex as damage:
        with _alone(folder):
            try:
                index = indexes.open_index(folder, name)  # another command may have built it while we waited
            except indexes.DamagedIndex:
                before = indexes.current(folder)
                said = "Lập chỉ mục lần đầu" if not before else "Văn bản hoặc mô hình đã thay đổi, lập chỉ mục mới"
                if (folder / name).exists():
                    said = f"Chỉ mục hỏng ({damage.reason}), đang lập lại"
                progress(f"{said}: {len(rows.units)} quy định, {len(rows.questions)} câu hỏi mẫu…")
                indexes.build(folder, rows, model, progress)
                indexes.drop_old(folder, [name, before])  # a running service may still read the one before
                index = indexes.open_index(folder, name)
                progress("Đã lập xong chỉ mục.")
    reader = Reader(Speller.load(MODEL / "syllables.npz"), vocabulary)
    search = Search(rows.units, index, model, reader, Ranking.load())
    return Answers(corpus, search, Authority.load())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one process builds an index at a time; the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class NoAnswers(Exception):
    """The law cannot be asked yet: corpus or index could not be opened."""


class LiveAnswers:
    """The answers in use; `refresh` opens newer ones after an ingest has switched the index.

    Where they cannot be opened the service starts all the same, for reports need none of this; `refresh` tries again.
    """

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings, self._progress = settings, progress
        self._folder = settings.data_dir / "index"
        self._answers: Answers | None = None
        self._digests: Corpus | None = None
        self._name = ""
        try:
            self._open()
        except Exception:
            log.exception("the law cannot be asked; reports are taken, and opening it is tried again")

    def _open(self) -> None:
        self._answers = open_answers(self._settings, self._progress)
        self._name = indexes.current(self._folder)

    def __call__(self) -> Answers:
        """The answers in use; NoAnswers where there are none."""
        if self._answers is None:
            raise NoAnswers
        return self._answers

    def corpus(self) -> Corpus:
        """The documents in use; the shipped digests alone where nothing else could be opened."""
        if self._answers is not None:
            return self._answers.corpus
        if self._digests is None:
            self._digests = Corpus(load_digests())
        return self._digests

    @property
    def digest_only(self) -> bool:
        """True while no official text has been ingested."""
        return not any(p.wording for p in self.corpus())

    def refresh(self) -> bool:
        """Open the index that CURRENT names when it is another one; True when it was."""
        if self._answers is not None and indexes.current(self._folder) == self._name:
            return False
        self._open()
        return True


def dialogue(settings: Settings, answers: Callable[[], Answers], memories: Memories | None = None) -> Dialogue:
    """The conversation that every channel speaks through."""
    return Dialogue(answers, memories or InMemory(), Setting(settings.name, settings.hotline_line), now, matters())


@cache
def matters() -> Matters:
    """Procedures, duties and the working calendar, read once."""
    return Matters(Procedures.load(), Duties.load(), Calendar.load(), Authority.load())


def talk(settings: Settings, live: Callable[[], Answers]) -> Talk:
    """The whole conversation: the law in a small bounded executor with a time limit, reports beside it."""
    spoken = dialogue(settings, live)
    faults = Faults(lambda: live().corpus, lambda text: [hit.provision for hit in live().search.find(text, limit=3).hits])
    executor = ThreadPoolExecutor(settings.answer_threads, thread_name_prefix="answer")
    free = asyncio.Semaphore(settings.answer_threads)  # waiting for a thread does not count as time to answer

    async def aside(work: Callable[..., T], *given: object) -> T:
        loop = asyncio.get_running_loop()
        async with free:
            return await asyncio.wait_for(loop.run_in_executor(executor, work, *given), settings.answer_seconds)

    async def law(incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
        return await aside(spoken.turn, incoming, memory)

    async def find(text: str) -> Found:
        if text.startswith("key:"):
            return Found(await aside(faults.by_key, text[4:]))
        return await aside(faults.in_text, text)

    return Talk(law, find, Reporting(partial(clerk, report_rules(settings), settings), now), partial(_greeting, settings.name), now)


def _greeting(name: str, language: str) -> Reply:
    return greeting(texts(language), name)


def report_rules(settings: Settings) -> Rules:
    """Desks, clocks, places and limits of reports."""
    every, places = settings.departments.strip(), Places.load()
    departments = None if not every else list(places.provinces) if every == "all" else [c.strip() for c in every.split(",") if c.strip()]
    days = {Step.FORWARD: settings.forward_days, Step.FIRST_NOTICE: settings.first_notice_days, Step.ANSWER: settings.answer_days}
    limits = Limits(reports=settings.reports_an_hour, attachments=settings.files_an_hour)
    clocks = Clocks.load(Calendar.load(), days)
    clocks.started(now().date())  # reads the holidays now, not within the first unit of work
    return Rules(Routing.load(departments=departments), clocks, places, limits)


def clerk(rules: Rules, settings: Settings, work: Work) -> Clerk:
    """The use cases of reports within one unit of work."""
    codes = RandomCodes()
    service, desk = Service(work.reports, work.files, rules, now, codes), DeskService(work.reports, rules, now, codes)
    return Clerk(service, desk, rules, desk_chats(settings), (settings.keep_raw_days, settings.keep_chat_days))


_read_chats: dict[Path, tuple[tuple[int, int], Mapping[str, tuple[DeskChat, ...]]]] = {}


def desk_chats(settings: Settings) -> Mapping[str, tuple[DeskChat, ...]]:
    """The chats of desks, from desks.yaml in the data directory, as it stands now: a change needs no new start.

    EntryError says what is wrong; where it was right before, that goes on to count, with a line in the log.
    """
    path = settings.data_dir / "desks.yaml"
    try:
        seen = path.stat()
    except FileNotFoundError:
        _read_chats.pop(path, None)
        return {}
    stamp, known = (seen.st_mtime_ns, seen.st_size), _read_chats.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    try:
        chats = load_chats(path)
    except EntryError as error:
        if known is None:
            raise
        log.error("desks.yaml: %s: %s; what stood before goes on to count", error.entry, error.reason)
        chats = known[1]
    _read_chats[path] = (stamp, chats)
    return chats


def database_url(settings: Settings) -> str:
    """The address of the database, with the driver that the store speaks through."""
    given = settings.database.get_secret_value().strip()
    if not given:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return f"sqlite+aiosqlite:///{settings.data_dir.resolve() / 'caunoi.db'}"
    return re.sub(r"^(?:postgres|postgresql)(?:\+\w+)?://", "postgresql+asyncpg://", given)


@asynccontextmanager
async def open_store(settings: Settings, *, serving: bool = False) -> AsyncIterator[Store]:
    """The database, its tables brought to their newest shape. The service does erasures again and frees what a killed one held."""
    key = _secret(settings, "erase_key")
    database = await Database.open(database_url(settings), settings.data_dir, key, keep_received=settings.keep_received)
    try:
        if serving:
            await database.erase_again(now())
            if database.alone:
                await database.let_claims_go()
        yield database
    finally:
        await database.close()


def worker(
    settings: Settings, database: Database, spoken: Talk, channels: Mapping[str, Channel], rhythm: Rhythm | None = None, watch: Watch = SILENT,
) -> Worker:  # fmt: skip
    """What works off inbox and outbox for `channels`; `watch` is told what it does."""
    keeping = Keeping(timedelta(days=settings.keep_raw_days), timedelta(days=settings.keep_chat_days))

    desk_chats(settings)  # what is wrong with it is told at the start
    places = Places.load()

    async def house() -> None:
        await tell_desks(database, desk_chats(settings), places, now())
        gone = await database.let_go(keeping, now())
        swept = await database.sweep()
        if gone or swept:
            log.info("housekeeping: %d rows and %d files let go", gone, swept)

    return Worker(database, spoken, channels, now, rhythm, house, watch)


async def tell_desks(database: Database, chats: Mapping[str, tuple[DeskChat, ...]], places: Places, at: datetime) -> None:
    """Tell the chats of desks, once each, of what came before they were named and of every clock that has run out."""
    if not chats:
        return
    say = report_texts("vi")
    async with database.work() as work:
        for report in await work.reports.open():
            mine = chats.get(report.desk, ())
            if report.state is State.RECEIVED and report.received_at is not None and at - report.received_at < _FRESH:
                await tell_desk(work, mine, report, "new", desk_lines(places, report), at)
            for step in overdue(report.dues, at.date()):
                await tell_desk(work, mine, report, f"late:{step}:{(day := getattr(report.dues, step))}", [say.due_on(step, day, True)], at)


@contextmanager
def only_service(settings: Settings) -> Iterator[bool]:
    """Hold the data directory as its one service; False where another process does. PostgreSQL takes several."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / ".service").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def web_secret(settings: Settings) -> bytes:
    """The key that signs web cookies; made once and kept in the data directory when none is set."""
    return settings.web_secret.get_secret_value().encode() or _secret(settings, "web_secret")


def _secret(settings: Settings, name: str) -> bytes:
    """A secret of the data directory, made once; the one that stands there wins where two processes make it."""
    path = settings.data_dir / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        with contextlib.suppress(FileExistsError):
            os.link(made, path)  # whole or not at all
        made.unlink()
    return path.read_text(encoding="utf-8").encode()
