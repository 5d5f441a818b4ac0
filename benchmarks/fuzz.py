"""Plays generated updates of three people and a desk against the whole conversation, and looks after each for what must never happen.

    python -m benchmarks.fuzz --updates 100000 [--seed 1] [--database sqlite|postgres] [--stand-in]

Run it several times at once with different seeds. A story that breaks a rule is made as short as it can be and printed; the
others go on. `--stand-in`: answers that stand in for the law, four times as fast. Exits 1 where a rule was broken.
"""

import argparse
import asyncio
import io
import logging
import re
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, make_url

from bot import build
from bot.settings import Settings
from handlers.faults import Faults, Found
from handlers.memory import InMemory, Memory
from handlers.message import File, Incoming, Reply
from handlers.post import Event, incoming_payload
from handlers.reporting import Reporting
from handlers.routes import Dialogue, Setting
from handlers.start import greeting
from handlers.talk import Talk
from handlers.texts import texts
from knowledge.answer import Answers
from knowledge.corpus import Corpus
from reports.errors import NotAllowed, NotFound
from reports.model import Actor, Author
from reports.states import State
from store.database import Database
from store.tables import Base
from tests.handlers.people import Room
from tests.store.databases import POSTGRES, run

PEOPLE: Final = (("telegram", "lan"), ("telegram", "minh"), ("web", "hoa"))
SLOW: Final = 2.0  # seconds of one update that are told of
_CODE: Final = re.compile(r"\b[A-Z0-9]{5}-[A-Z0-9]{5}\b")

# --- what may arrive ----------------------------------------------------------------------------------

TROUBLE: Final = "Xã không biết gửi hồ sơ thành lập cụm công nghiệp cho cơ quan nào sau khi bỏ cấp huyện"
COMMANDS: Final = (
    "/start", "/baocao", "/report", "/phananh", "/mine", "/tracuu", "/status", "/traloi", "/answer", "/riengtu", "/xoa", "/noi", "/huy", "/quaylai",
    "/boqua", "/skip", "/english", "/tiengviet", "/trogiup", "/vanban", "/start 32-2024-nd-cp__8", "/khongco", "/", "/@", "/baocao@bot", "//", "/báocáo",
    f"/baocao {TROUBLE}", "/baocao " + "x" * 12_000, "/tracuu CN 123 456 7890", "/noi ABCDE-FGHJK", "/noi \x00", "/baocao TUYỆT MẬT về cụm",
)  # fmt: skip
WORDS: Final = (
    "hủy", "Hủy bỏ", "quay lại", "bỏ qua", "để sau", "gửi", "gửi đi", "send", "back", "không", "không rõ", "thôi", "cảm ơn", "xin chào", "ok", "?",
    TROUBLE, "CCN muốn mở rộng thì cần điều kiện gì?", "điểm b khoản 1 Điều 3 Thông tư 14/2024", "khoản 2 Điều 8 NĐ 32/2024",
    "Điều 8 nghị định 32 ngày 1/7/2025",
    "xã Phú Bình, Thái Nguyên", "Thái Nguyên", "xã Tân Lập", "Phú Thọ", "Nguyễn Văn A, 0912 345 678, a@b.vn", "Tôi tố cáo chủ tịch xã nhận hối lộ",
    "Đề nghị Bộ có văn bản hướng dẫn chung", "ngày 31/2/2025 thì sao", "còn bây giờ thì sao", "số 3", "chọn 2", "99", "0", "Tài liệu đóng dấu MẬT", "MẬT",
    "Vướng mắc: không có hướng dẫn quyết toán khuyến công, đề nghị Bộ trả lời", "Thủ tục thành lập cụm công nghiệp?", "tôi nộp hồ sơ ngày 3/11/2026",
)  # fmt: skip
HOSTILE: Final = (
    "", " ", "\n\n\t", "a" * 100_000, "ắ " * 50_000, "1" * 100_000, "\u202eđảo ngược\u202c", "\u200b\u200d\ufeff", "\u200b" * 3000, "x\u200by\u2060z",
    "<b>đậm</b><script>alert(1)</script>", "&lt;&amp;&#x202e;", "*đậm* _nghiêng_ [a](http://x) `mã` ||ẩn||", "=HYPERLINK(\"http://x\";\"a\")", "+1+1",
    "@SUM(1)",
    "-2+3", "\ud800", "a\udfffb", "\ud83d\ud83d", "\x00", "nói\x00thêm", "\x1b[31m", "\r", "o\u0302\u0301" * 2000, "👨‍👩‍👧‍👦" * 500, "\U000e0041\U000e007f",
    "((((((((((" * 500, "," * 20_000, "a@" * 10_000, "0" + " 9" * 10_000, "Điều " * 5_000, "khoản 1 " * 3_000, "CN " + "1 " * 5_000, "điểm a, " * 3_000,
    "1/1/" * 5_000, "ngày 1 tháng 1 " * 2_000, "NĐ 32/2024, " * 2_000, "M Ậ T " * 3_000, "%s %d {0} {{x}} {x.__class__}", "'; DROP TABLE report; --",
    "../../etc",
    "٣٢١", "²", "½", "１", "Ⅷ", "ﬁ", "İ" * 3_000, "ß" * 3_000, "w:erase:yes", "CN", "CN 1", "CN 000 000 0000", "000 000 0000", "\u2028\u2029",
)  # fmt: skip
_TOKENS: Final = (
    "", ":", "w:", "r:", "p:", "w:begin", "w:anew:", "w:anew:32-2024-nd-cp.8", "w:cancel", "w:stop", "w:later", "w:skip", "w:send", "w:anyway", "w:join:",
    "w:join:x",
    "w:publish", "w:resume", "w:back", "w:go:what", "w:go:x", "w:check", "w:edit", "w:name", "w:where:unknown", "w:where:none", "w:where:x", "w:trouble:0",
    "w:trouble:99", "w:trouble:²", "w:trouble:-1", "w:trouble:٣", "w:who:commune", "w:who:x", "w:place:19", "w:place:x", "w:seen:public", "w:seen:staff",
    "w:seen:nobody", "w:seen:x", "w:use", "w:mine", "w:erase", "w:erase:yes", "w:unname", "w:open:", "w:open:x", "w:add:x", "w:thread:x", "w:withdraw:x",
    "w:withdrawn:x", "w:reopen:x", "w:reopened:x", "w:give:x", "w:status:x", "w:where:32-2024-nd-cp.8.2", "r:32-2024-nd-cp.8.2", "p:32-2024-nd-cp.8",
    "c:32-2024-nd-cp.8", "d:32-2024-nd-cp", "d:32-2024-nd-cp:²", "b:32-2024-nd-cp:1", "b:32-2024-nd-cp:9999999999", "v:x", "q:0", "q:²", "q:99", "\x00",
    "\ud800", "w:\ud800",
    "w:open:\x00", "w:open:\ud800", "r:" + "x" * 5_000, "w:what:", "w:cancel:x", "proc:x", "duty:x", "w:join:\u202e",
)  # fmt: skip
_OPEN_BY_ID: Final = ("open", "add", "thread", "withdraw", "withdrawn", "reopen", "reopened", "give", "join", "status")


def _zip(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"x")
    return made.getvalue()


_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CONTENTS: Final = (
    b"%PDF-1.4 noi dung", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"", b"MZ\x90", b"Chu trong tep", b"\xef\xbb\xbfBOM", b"#!/bin/sh", b"<html>",
    b"<?xml version='1.0'?><svg/>", b"\x00\x01\x02", b"\xff\xfe", _zip("word/document.xml"), _zip("xl/workbook.xml"), _zip("word/document.xml",
    "word/vbaProject.bin"),
    _zip("a.txt"), b"PK\x03\x04 broken", _OLE, _OLE + "WordDocument".encode("utf-16-le"), _OLE + "EncryptedPackage".encode("utf-16-le"),
    _OLE + "_VBA_PROJECT".encode("utf-16-le"), b"\x00\x00\x00\x18ftypheic", b"RIFF\x00\x00\x00\x00WEBP", b"=1+1;x",
)  # fmt: skip
NAMES: Final = (
    "a.pdf", "b.docx", "c.xlsx", "d.jpg", "e.png", "f.txt", "g.doc", "h.exe", "", ".", "..", "../../etc/passwd", "CON.pdf", "a\u202efdp.exe",
    "x" * 300 + ".pdf",
    "Tài liệu TUYỆT MẬT.pdf", "CV 12 MAT.pdf", "a\x00b.pdf", "\ud800.pdf", "a." + "b" * 200, ".pdf", "a/b\\c.pdf", "=1+1.csv", "<b>.txt", "khong duoi",
    "." * 150 + "pdf",
)  # fmt: skip


@dataclass(frozen=True)
class Update:
    """One thing that happens; `what` says which, `n` and `words` are read by it. `who` is one of PEOPLE."""

    what: str
    who: int = 0
    words: str = ""
    n: int = 0
    files: tuple[tuple[str, bytes], ...] = ()
    group: bool = False
    english: bool = False
    broken: bool = False  # law and search fail while it is answered


def _short(n: int) -> st.SearchStrategy[int]:
    return st.integers(0, n)


_FREE: Final = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(HOSTILE), st.text(st.characters(), max_size=60),
    st.builds(str.__add__, st.sampled_from(WORDS), st.sampled_from(HOSTILE)),
)  # fmt: skip
_WHO: Final = st.sampled_from((0, 0, 0, 1, 1, 2))
_FILE: Final = st.tuples(st.sampled_from(NAMES), st.sampled_from(CONTENTS))
_RARE: Final = st.sampled_from((False,) * 15 + (True,))
# The middle of a dialogue is reached by taps on what was shown: they come most often.
UPDATES: Final[st.SearchStrategy[Update]] = st.one_of(
    st.builds(Update, st.just("tap"), _WHO, n=_short(8), broken=_RARE, english=_RARE),
    st.builds(Update, st.just("tap"), _WHO, n=_short(8), english=_RARE),
    st.builds(Update, st.just("number"), _WHO, st.sampled_from(("{}", "{}.", "số {}", " {} ")), _short(12)),
    st.builds(Update, st.just("say"), _WHO, st.sampled_from(("/baocao", TROUBLE, "/phananh", *WORDS)), broken=_RARE, english=_RARE),
    st.builds(Update, st.just("say"), _WHO, st.sampled_from(COMMANDS), group=_RARE),
    st.builds(Update, st.just("say"), _WHO, _FREE, group=_RARE, broken=_RARE, english=_RARE),
    st.builds(Update, st.just("old tap"), _WHO, n=_short(60)),
    st.builds(Update, st.just("another's tap"), _WHO, n=_short(60)),
    st.builds(Update, st.just("invented tap"), _WHO, st.one_of(st.sampled_from(_TOKENS), st.text(max_size=60)), group=_RARE),
    st.builds(Update, st.just("tap by id"), _WHO, st.sampled_from(_OPEN_BY_ID), _short(6)),
    st.builds(Update, st.just("another's number"), _WHO, st.sampled_from(("", "/tracuu ")), _short(6)),
    st.builds(Update, st.just("file"), _WHO, st.one_of(st.just(""), _FREE), files=st.lists(_FILE, min_size=1, max_size=3).map(tuple), group=_RARE),
    st.builds(Update, st.just("edit"), _WHO, _FREE, _short(6)),
    st.builds(Update, st.just("carry"), _WHO, n=_short(3)),
    st.builds(Update, st.just("erase"), _WHO),
    st.builds(Update, st.just("again"), _WHO, n=_short(6)),
    st.builds(Update, st.just("later"), n=st.sampled_from((1, 20, 60, 25 * 60, 40 * 24 * 60))),
    st.builds(Update, st.just("desk"), words=st.sampled_from(("take", "ask", "reply", "close", "reopen", "merge", "part")), n=_short(6)),
    st.builds(Update, st.just("report"), _WHO, st.sampled_from((TROUBLE, WORDS[-3], "Chợ hạng ba do ai quản lý sau ngày 1/7, xã chưa rõ"))),
)  # fmt: skip
STORIES: Final = st.lists(UPDATES, min_size=1, max_size=50)


# --- the conversation ---------------------------------------------------------------------------------


class Heard(logging.Handler):
    """What was logged as a warning or worse, since it was last emptied."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember it."""
        self.records.append(record)


class Fuzzed(Room):
    """The room of the tests with the real law where `answers` are given, and with law and search that can be broken."""

    def __init__(self, database: Database, corpus: Corpus, answers: Answers | None) -> None:
        super().__init__(database, corpus)
        self.broken, self.heard = False, Heard()
        stand_in = self.law
        faults = Faults(lambda: corpus, (lambda words: [h.provision for h in answers.search.find(words, limit=3).hits]) if answers else (lambda _: self.likely))
        dialogue = None if answers is None else Dialogue(lambda: answers, InMemory(), Setting("Cầu Nối", "024"), self.now, build.matters())

        async def law(incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
            if self.broken:
                raise ConnectionError
            return await stand_in(incoming, memory) if dialogue is None else dialogue.turn(incoming, memory)

        async def find(words: str) -> Found:
            if self.broken:
                raise ConnectionError
            return Found(faults.by_key(words[4:])) if words.startswith("key:") else faults.in_text(words)

        talk = Talk(law, find, Reporting(self.clerk, self.now), lambda language: greeting(texts(language), "Cầu Nối"), self.now)
        self._work(talk)


class Broken(AssertionError):
    """A rule that does not hold after an update."""


class Story:
    """Plays updates and looks after each."""

    def __init__(self, room: Fuzzed, count: Callable[[Update, float], None]) -> None:
        self.room, self._count = room, count
        self._events = 0
        self._shown: list[list[str]] = [[] for _ in PEOPLE]
        self._messages: list[list[str]] = [[] for _ in PEOPLE]
        self._put: list[list[Event]] = [[] for _ in PEOPLE]
        self._codes: list[str] = []
        self._known: dict[str, Any] | None = None  # what the database held after the last update

    async def play(self, updates: Sequence[Update]) -> None:
        """All of them."""
        watched = [logging.getLogger(name) for name in ("bot.worker", "handlers.talk")]
        for logger in watched:
            logger.addHandler(self.room.heard)
        try:
            for update in updates:
                for one in self._spelled(update):
                    began = time.perf_counter()
                    await self._step(one)
                    self._count(one, time.perf_counter() - began)
        finally:
            for logger in watched:
                logger.removeHandler(self.room.heard)

    def _spelled(self, update: Update) -> list[Update]:
        """A whole report is many messages; an erasure is a command and its confirmation."""
        if update.what == "erase":
            return [replace(update, what="say", words="/xoa"), replace(update, what="invented tap", words="w:erase:yes")]
        if update.what == "report":
            taps = ("w:where:unknown", "w:skip", "w:skip", "w:skip", "w:skip", "w:send", "w:anyway")
            said = [replace(update, what="say", words="/baocao"), replace(update, what="invented tap", words="w:anew:"), replace(update, what="say")]
            return [*said, *(replace(update, what="invented tap", words=tap) for tap in taps)]
        return [update]

    async def _step(self, update: Update) -> None:
        room = self.room
        if update.what == "later":
            room.later(minutes=update.n)
            return
        if update.what == "desk":
            await self._desk(update)
            return
        if update.what == "again" and not self._put[update.who]:
            return
        before = await self._rows()
        event = await self._event(update)
        replies = self._replies()
        room.broken = update.broken
        room.heard.records.clear()
        async with room.database.work() as work:
            kept = bool(await work.inbox.put(event))
        if await room.worker.read() is not kept:
            raise Broken("a message was kept and not read" if kept else "there was something to read")
        while await room.worker.deliver(event.channel):
            pass
        room.broken = False
        if kept is (update.what == "again"):
            raise Broken(f"put gave {kept}")
        self._known = None
        self._look(update, before, await self._rows(), replies, replied=kept)

    async def _event(self, update: Update) -> Event:
        who, room = update.who, self.room
        if update.what == "again":
            return self._put[who][update.n % len(self._put[who])]
        incoming = await self._incoming(update)
        self._events += 1
        event = Event(incoming.channel, f"e{self._events}", incoming.person, incoming_payload(incoming), room.at)
        self._put[who].append(event)
        return event

    async def _incoming(self, update: Update) -> Incoming:
        channel, name = PEOPLE[update.who]
        shown, others = self._shown[update.who], [t for n, tokens in enumerate(self._shown) if n != update.who for t in tokens]
        base = Incoming(channel, name, language="en" if update.english else "vi", group=update.group)
        last = self._last_choices(update.who)
        match update.what:
            case "tap" if last:
                return replace(base, choice=last[update.n % len(last)])
            case "old tap" if shown:
                return replace(base, choice=shown[update.n % len(shown)])
            case "another's tap" if others:
                return replace(base, choice=others[update.n % len(others)])
            case "invented tap":
                return replace(base, choice=update.words)
            case "tap by id" | "another's number":
                return await self._of_a_report(update, base)
            case "number":
                return self._written(update, replace(base, text=update.words.format(update.n)))
            case "file":
                return self._written(update, replace(base, text=update.words, files=await self._files(channel, update)))
            case "edit" if self._messages[update.who]:
                known = self._messages[update.who]
                return replace(base, text=update.words, message=known[-1 - update.n % len(known)], edits=True)
            case "edit":
                return replace(base, text=update.words, message="none", edits=True)
            case "carry":
                code = self._codes[-1 - update.n % len(self._codes)] if self._codes and update.n else ""
                return self._written(update, replace(base, text=f"/noi {code}".strip()))
        return self._written(update, replace(base, text=update.words))

    async def _of_a_report(self, update: Update, base: Incoming) -> Incoming:
        reports = list((await self._rows())["report"].values())
        if not reports:
            return self._written(update, replace(base, text="CN 482 719 3056"))
        row = reports[update.n % len(reports)]
        if update.what == "tap by id":
            return replace(base, choice=f"w:{update.words}:{row.id}")
        return self._written(update, replace(base, text=f"{update.words}{row.number or 'CN'}"))

    def _written(self, update: Update, incoming: Incoming) -> Incoming:
        known = self._messages[update.who]
        known.append(f"m{len(known)}")
        return replace(incoming, message=known[-1])

    async def _files(self, channel: str, update: Update) -> tuple[File, ...]:
        found = []
        for n, (name, content) in enumerate(update.files):
            if channel == "web":
                found.append(File(name, len(content), await self.room.database.files.put(content)))
            else:
                remote = f"f{self._events}-{n}"
                if content != b"MZ\x90":  # one that the platform has lost
                    self.room.sinks[channel].remote[remote] = content
                found.append(File(name, len(content), remote=remote))
        return tuple(found)

    def _last_choices(self, who: int) -> list[str]:
        channel, name = PEOPLE[who]
        got = self.room.sinks[channel].sent[name]
        return [c.token for c in got[-1].choices] if got else []

    def _replies(self) -> list[int]:
        return [len(self.room.sinks[channel].sent[name]) for channel, name in PEOPLE]

    async def _desk(self, update: Update) -> None:
        before, self._known = await self._rows(), None
        received = [r for r in before["report"].values() if r.number and r.erased_at is None]
        if not received:
            return
        report, other = received[update.n % len(received)], received[-1]
        with suppress(NotAllowed, NotFound):
            async with self.room.desk() as desk:
                match update.words:
                    case "take":
                        await desk.take(report.id, "Bà Hoa")
                    case "ask":
                        await desk.ask(report.id, "Bà Hoa", "Xin cho biết thêm.")
                    case "reply":
                        await desk.reply(report.id, "Bà Hoa", "Xã thực hiện theo Điều 8.")
                    case "close":
                        await desk.close(report.id, "Bà Hoa", State.OUT_OF_SCOPE, "không thuộc phạm vi")
                    case "reopen":
                        await desk.reopen(report.id, "Bà Hoa", "xem lại")
                    case "part":
                        await desk.part(report.id, "Bà Hoa", "khác nhau")
                    case _:
                        await desk.merge(report.id, other.id, Actor(Author.OFFICIAL, "Bà Hoa"))
        for who in range(len(PEOPLE)):
            self._remember(who)

    # --- looking ------------------------------------------------------------------------------------

    def _look(self, update: Update, before: dict[str, Any], after: dict[str, Any], replies: Sequence[int], *, replied: bool) -> None:
        failures = [r.getMessage() for r in self.room.heard.records if r.name == "bot.worker" or (not update.broken and r.name == "handlers.talk")]
        if failures:
            raise Broken(f"logged: {failures[0]}; {_cause(self.room.heard.records)}")
        unfinished = Counter(r.state for r in after["inbox"].values() if r.state != "done")
        if unfinished:
            raise Broken(f"inbox rows that are not done: {dict(unfinished)}")
        unsent = Counter(r.state for r in after["outbox"].values() if r.state != "sent")
        if unsent:
            raise Broken(f"outbox rows that are not sent: {dict(unsent)}")
        for who, (was, now) in enumerate(zip(replies, self._replies(), strict=True)):
            if now - was != int(replied and who == update.who):
                raise Broken(f"{now - was} replies to {PEOPLE[who]} after a message of {PEOPLE[update.who]}")
        for reply in self._remember(update.who)[-1:] if replied else ():
            _check_reply(reply)
        carried = len(after["carrying"]) < len(before["carrying"])
        self._look_at_reports(update, before, after, carried=carried)

    def _look_at_reports(self, update: Update, before: dict[str, Any], after: dict[str, Any], *, carried: bool) -> None:
        """Nobody's reports but the writer's have changed; at most one was received, and no number stands twice."""
        me = PEOPLE[update.who]
        gained = sum(r.number is not None for r in after["report"].values()) - sum(r.number is not None for r in before["report"].values())
        if gained not in (0, 1):
            raise Broken(f"{gained} reports were received by one message")
        if carried and update.what == "carry":
            return  # everything of one person has become another's, who had the code
        others = {key for key, r in before["report"].items() if (r.channel, r.person) != me}
        for key in others:
            if after["report"].get(key) != before["report"][key]:
                raise Broken(f"a report of {before['report'][key].person} was changed by {me[1]}")
        for table in ("message", "attachment", "history"):
            was = Counter(r.report for r in before[table].values() if r.report in others)
            now = Counter(r.report for r in after[table].values() if r.report in others)
            if was != now:
                raise Broken(f"{table} of another's report was changed by {me[1]}")
        for table in ("reporter", "conversation"):
            theirs = [{k: r for k, r in rows[table].items() if (r.channel, r.person) != me} for rows in (before, after)]
            if theirs[0] != theirs[1]:
                raise Broken(f"{table} of another was changed by {me[1]}")

    def _remember(self, who: int) -> list[Reply]:
        """What this person was shown: tokens and codes that may be used later, by anybody."""
        channel, name = PEOPLE[who]
        got = self.room.sinks[channel].sent[name]
        for reply in got[-1:]:
            self._shown[who] += [c.token for c in reply.choices]
            self._codes += _CODE.findall(reply.text())
        return got

    async def _rows(self) -> dict[str, Any]:
        """What the tables hold now: each row under its key."""
        if self._known is None:
            async with self.room.database.engine.connect() as connection:
                self._known = await connection.run_sync(_read)
        return self._known


_READ: Final = {
    "inbox": "id, state", "outbox": "id, state", "conversation": "channel, person, version",
    **dict.fromkeys(("report", "message", "attachment", "history", "reporter", "carrying"), "*"),
}  # fmt: skip


def _read(connection: Connection) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, columns in _READ.items():
        keys = [c.name for c in Base.metadata.tables[name].primary_key]
        rows = connection.exec_driver_sql(f"SELECT {columns} FROM {name}").all()
        found[name] = {tuple(getattr(r, k) for k in keys): r for r in rows}
    return found


def _check_reply(reply: Reply) -> None:
    """A reply says something, and its choices fit every channel."""
    if not any(b.text.strip() for b in reply.blocks):
        raise Broken("a reply without words")
    for choice in reply.choices:
        if not choice.token.isascii() or not 0 < len(choice.token) <= 56:
            raise Broken(f"choice token {choice.token[:80]!r} has {len(choice.token)} characters")
        if not choice.label.strip():
            raise Broken(f"choice {choice.token} without a label")


def _cause(records: Sequence[logging.LogRecord]) -> str:
    """Where the first logged error was raised."""
    for record in records:
        if record.exc_info and (trace := record.exc_info[2]) is not None:
            while trace.tb_next is not None:
                trace = trace.tb_next
            code = trace.tb_frame.f_code
            return f"{record.exc_info[1]!r} in {code.co_name} of {Path(code.co_filename).name}, line {trace.tb_lineno}"[:400]
    return ""


# --- playing many -------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was played so far."""

    updates: int = 0
    stories: int = 0
    slowest: float = 0.0
    slow: Counter[str] | None = None

    def __call__(self, update: Update, seconds: float) -> None:
        """Count one update."""
        self.updates += 1
        self.slowest = max(self.slowest, seconds)
        if seconds > SLOW and self.slow is not None:
            self.slow[f"{update.what} {update.words[:24]!r} ({len(update.words)} characters): {seconds:.1f} s"] += 1


class Stage:
    """One database that is emptied before each story; `answers` None: a stand-in for the law."""

    def __init__(self, database: Database, corpus: Corpus, answers: Answers | None = None) -> None:
        self._database, self._corpus, self._answers, self.tally = database, corpus, answers, Tally(slow=Counter())

    async def play(self, updates: Sequence[Update]) -> None:
        """One story, from nothing."""
        async with self._database.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                await connection.execute(table.delete())
        self.tally.stories += 1
        await Story(Fuzzed(self._database, self._corpus, self._answers), self.tally).play(updates)


@asynccontextmanager
async def staged(url: str, folder: Path, corpus: Corpus, answers: Answers | None) -> AsyncIterator[Stage]:
    """A stage on this database; SQLite does not wait for the disk."""
    database = await Database.open(url, folder, b"a key for tests")
    if database.alone:
        event.listen(database.engine.sync_engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        await database.engine.dispose()
    try:
        yield Stage(database, corpus, answers)
    finally:
        await database.close()


def explore(stage: Stage, runner: asyncio.Runner, updates: int, first_seed: int, say: Callable[[str], None]) -> dict[str, str]:
    """Play stories until so many updates were played; return the shortest story for each rule that was broken."""
    broken: dict[str, str] = {}
    began, told, batch = time.monotonic(), time.monotonic(), 0
    while stage.tally.updates < updates:
        batch += 1

        def progress() -> None:
            nonlocal told
            if time.monotonic() - told > 20:
                told = time.monotonic()
                say(f"{stage.tally.updates} updates, {stage.tally.stories} stories, {told - began:.0f} s, broken: {len(broken)}")

        @seed(first_seed * 1_000_003 + batch)
        @settings(
            max_examples=100, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), print_blob=False,
            report_multiple_bugs=False,
        )  # fmt: skip
        @given(STORIES)
        def one(story: list[Update]) -> None:
            progress()
            try:
                runner.run(stage.play(story))
            except Broken as rule:
                if str(rule) not in broken:  # known ones are told once
                    raise

        try:
            one()
        except Broken as rule:
            broken[str(rule)] = "\n".join(getattr(rule, "__notes__", []))
            say(f"BROKEN: {rule}\n{broken[str(rule)]}")
    return broken


def main(given_args: Sequence[str] | None = None) -> int:
    """Play what the command line asks for; 1 where a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--stand-in", action="store_true", help="a stand-in answers instead of the law")
    args = parser.parse_args(given_args)
    logging.disable(logging.NOTSET)
    logging.getLogger().addHandler(logging.NullHandler())

    def say(words: str) -> None:
        print(words.encode(errors="backslashreplace").decode(), file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        options = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        answers = None if args.stand_in else build.open_answers(options, say)
        corpus = answers.corpus if answers else build.open_corpus(options)
        name, url = f"caunoi_{uuid.uuid4().hex[:12]}", f"sqlite+aiosqlite:///{Path(folder) / 'fuzz.db'}"
        if args.database == "postgres":
            runner.run(run(POSTGRES, f"CREATE DATABASE {name}"))
            url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        scope = staged(url, Path(folder), corpus, answers)
        stage = runner.run(scope.__aenter__())
        began = time.monotonic()
        try:
            broken = explore(stage, runner, args.updates, args.seed, say)
        finally:
            runner.run(scope.__aexit__(None, None, None))
            if args.database == "postgres":
                runner.run(run(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)"))
    tally = stage.tally
    print(f"{datetime.now(build.HANOI):%Y-%m-%d} {args.database} seed {args.seed}: {tally.updates} updates in {tally.stories} stories, "
          f"{time.monotonic() - began:.0f} s, the slowest {tally.slowest:.2f} s; rules broken: {len(broken)}")  # fmt: skip
    for words, times in (tally.slow or Counter()).most_common(10):
        say(f"slow: {words} ({times} times)")
    for rule, story in broken.items():
        say(f"BROKEN: {rule}\n{story}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
