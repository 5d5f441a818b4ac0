"""Puts the parts together: the only file that knows all of them."""

import asyncio
import fcntl
import logging
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.fetch import Fetched, Fetcher
from bot.settings import Settings
from handlers.matters import Matters
from handlers.memory import InMemory, Memories
from handlers.message import Conversation, Incoming, Reply
from handlers.routes import Dialogue, Setting
from knowledge import index as indexes
from knowledge.answer import Answers
from knowledge.authority import Authority
from knowledge.calendar import Calendar
from knowledge.corpus import Corpus, assemble, load_digests
from knowledge.duties import Duties
from knowledge.embedder import MODEL, Embedder, ModelMissing, StaticEmbedder, open_embedder
from knowledge.library import Library, Origin
from knowledge.passages import passages
from knowledge.procedures import Procedures
from knowledge.query import Reader, Vocabulary
from knowledge.reading import Ocr
from knowledge.search import Ranking, Search
from knowledge.spelling import Speller

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
Progress = Callable[[str], None]
log = logging.getLogger("caunoi")


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


class LiveAnswers:
    """The answers in use; `refresh` opens newer ones after an ingest has switched the index."""

    def __init__(self, settings: Settings, progress: Progress) -> None:
        self._settings, self._progress = settings, progress
        self._folder = settings.data_dir / "index"
        self._answers = open_answers(settings, progress)
        self._name = indexes.current(self._folder)

    def __call__(self) -> Answers:
        """The answers in use."""
        return self._answers

    @property
    def digest_only(self) -> bool:
        """True while no official text has been ingested."""
        return not any(p.wording for p in self._answers.corpus)

    def refresh(self) -> bool:
        """Open the index that CURRENT names when it is another one; True when it was."""
        if indexes.current(self._folder) == self._name:
            return False
        self._answers = open_answers(self._settings, self._progress)
        self._name = indexes.current(self._folder)
        return True


def dialogue(settings: Settings, answers: Callable[[], Answers], memories: Memories | None = None) -> Dialogue:
    """The conversation that every channel speaks through."""
    return Dialogue(answers, memories or InMemory(), Setting(settings.name, settings.hotline_line), now, matters())


@cache
def matters() -> Matters:
    """Procedures, duties and the working calendar, read once."""
    return Matters(Procedures.load(), Duties.load(), Calendar.load(), Authority.load())


def conversation(settings: Settings, answers: Callable[[], Answers]) -> Conversation:
    """The dialogue in a small bounded executor, with a time limit."""
    spoken = dialogue(settings, answers)
    executor = ThreadPoolExecutor(settings.answer_threads, thread_name_prefix="answer")
    free = asyncio.Semaphore(settings.answer_threads)  # waiting for a thread does not count as time to answer

    async def talk(incoming: Incoming) -> Reply:
        loop = asyncio.get_running_loop()
        async with free:
            return await asyncio.wait_for(loop.run_in_executor(executor, spoken.reply, incoming), settings.answer_seconds)

    return talk


def web_secret(settings: Settings) -> bytes:
    """The key that signs web cookies; made once and kept in the data directory when none is set."""
    given = settings.web_secret.get_secret_value()
    if given:
        return given.encode()
    path = settings.data_dir / "web_secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return path.read_text(encoding="utf-8").encode()
