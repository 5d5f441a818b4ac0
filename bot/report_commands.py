"""`python -m bot reports …`: what staff do with reports in the terminal; the running service sends what comes of it.

Nothing of a person reaches the terminal raw: every line that is printed has lost its control characters.
"""

import argparse
import asyncio
import json
import re
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from bot import build
from bot.errors import sentence
from bot.settings import Settings
from handlers.post import Undelivered, Work
from handlers.report_staff import desk_lines, tell_desk
from handlers.report_turn import Clerk
from handlers.texts import reports_vi as say
from handlers.texts.vi import day as on
from knowledge.calendar import Unit
from knowledge.numbers import NUMBER, YEARLESS, normal_number
from knowledge.provision import Ref
from knowledge.vietnamese import one_line
from reports.deadlines import Step, next_due, overdue
from reports.desk import DeskService
from reports.errors import Classified, Conflict, NotAllowed, NotFound, NumberTaken, Refused, TooLong
from reports.limits import check_length
from reports.model import (
    Actor,
    Attachment,
    Author,
    Field,
    Identity,
    Line,
    Message,
    Problem,
    Regime,
    Report,
    Reporter,
    ReporterKind,
    Source,
    Unfixed,
)
from reports.number import RandomCodes, parse, shown
from reports.places import Place, Places
from reports.routing import MINISTRY, QUEUE
from reports.rules import Rules
from reports.states import State

_CUT: Final = 100
_ROWS: Final = 200
_NEWEST: Final = 1000
_PLACES: Final = 8
_PART: Final = 40  # characters of an article, a clause, a point
_MOST_INPUT: Final = 1_000_000  # bytes
_LARGEST_ID: Final = 2**63 - 1
_THREAD_S: Final = 2.0
_NAME_BYTES: Final = 255  # of a file's name, on the usual file systems

# Control characters but the end of a line; those that turn the direction of writing; separators that a terminal may obey.
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_WHO: Final = {Author.REPORTER: "Người phản ánh", Author.OFFICIAL: "Cán bộ", Author.MACHINE: "Trợ lý tự động"}
_SOURCE: Final = {Source.CHAT: "trò chuyện", Source.PHONE: "điện thoại", Source.MEETING: "buổi họp", Source.LETTER: "thư, công văn"}
_REGIME: Final = {
    Regime.APPLYING: "vướng mắc khi áp dụng", Regime.DOCUMENT: "nội dung văn bản (QĐ 48/2025/QĐ-TTg)",
    Regime.ADMINISTRATIVE: "quy định hành chính (NĐ 20/2008/NĐ-CP)",
}  # fmt: skip
_FIELD: Final = {
    Field.CLUSTERS: "cụm công nghiệp", Field.PROMOTION: "khuyến công", Field.TWO_LEVELS: "thẩm quyền hai cấp", Field.OTHER: "lĩnh vực khác",
}  # fmt: skip
_DOING: Final = {
    "take": "nhận xem xét", "ask": "hỏi thêm", "reply": "trả lời", "forward": "chuyển", "close": "kết thúc", "reopen": "mở lại",
    "merge": "gộp", "part": "tách",
}  # fmt: skip
_DONE: Final = {
    "take": "Đã nhận xem xét", "ask": "Đã hỏi thêm về", "reply": "Đã trả lời", "forward": "Đã chuyển", "close": "Đã kết thúc",
    "reopen": "Đã mở lại", "merge": "Đã gộp", "part": "Đã tách",
}  # fmt: skip
_WHAT: Final = {
    "created": "tạo bản nháp", "text": "ghi nội dung", "provision": "ghi quy định", "proposal": "ghi kiến nghị", "province": "ghi tỉnh",
    "commune": "ghi xã", "publication": "chọn về công khai", "name_seen": "chọn ai được xem tên", "message": "bổ sung nội dung",
    "attachment": "gửi tệp", "note": "ghi chú", "state": "trạng thái", "desk": "nơi xử lý", "merged_into": "gộp vào", "regime": "chế độ xử lý",
    "problem": "loại vướng mắc", "field": "lĩnh vực", "task_group": "nhóm nhiệm vụ",
}  # fmt: skip
_WHY_HELD: Final = {
    "window": "quá thời hạn trả lời của Zalo; tự gửi khi người đó nhắn lại", "Forbidden": "người đó đã chặn hoặc rời cuộc trò chuyện",
    "account": "tài khoản Zalo OA chưa gửi được (mã truy cập, quyền hoặc gói dịch vụ); tự gửi lại khi tài khoản dùng được",
    "blocked": "người đó đã chặn hoặc rời cuộc trò chuyện",
}  # fmt: skip
_UNASKED: Final = "chưa hỏi"  # of what staff wrote down; in a conversation the summary says that it is not agreed to
_HELD: Final = {"held": "giữ lại", "dead": "thôi gửi"}
_DATABASES: Final = frozenset({"sqlalchemy", "asyncpg", "sqlite3", "alembic"})


class _Wrong(Exception):
    """Wrong use, as one sentence: exit status 2."""


class _Cannot(Exception):
    """What cannot be done, as one sentence: exit status 1."""


class _Away(Exception):
    """The database cannot be opened."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what `options.act` names, print what came of it, return the exit status."""
    try:
        said = asyncio.run(_done(settings, options))
    except _Wrong as error:
        return _refused(str(error), 2)
    except Exception as error:
        return _refused(_sentence(error), 1)
    print(said)
    return 0


def _refused(text: str, status: int) -> int:
    print(_clean(text), file=sys.stderr, flush=True)
    return status


async def _done(settings: Settings, options: argparse.Namespace) -> str:
    rules = build.report_rules(settings)
    given = _given(settings, options, rules)  # what is wrong is said before the database is asked
    before = set(threading.enumerate())
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(build.open_store(settings))
        except Exception as error:
            # The thread of a driver that could not connect still speaks to this event loop, which is about to close.
            await asyncio.to_thread(_ended, set(threading.enumerate()) - before)
            if isinstance(error, OSError) and error.filename:
                raise
            raise _Away from error
        return await _ACTS[options.act](_Terminal(settings, options, rules, store, given))


def _ended(threads: set[threading.Thread]) -> None:
    for thread in threads:
        thread.join(_THREAD_S)


# --- what was typed -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    """What was typed, checked: who acts, the words, the reason, the numbers as ten digits."""

    by: str = ""
    text: str = ""
    proposal: str = ""
    why: str = ""
    number: str = ""
    into: str = ""


def _given(settings: Settings, options: argparse.Namespace, rules: Rules) -> _Given:
    """Check what stands in `options`; _Wrong, _Cannot, TooLong or Classified where it is not taken."""
    said = vars(options)
    by = _line(said.get("by") or settings.staff_name)
    if "by" in said and not by:
        raise _Wrong('Chưa rõ ai thực hiện: hãy thêm --by "Họ tên, đơn vị" hoặc đặt CAUNOI_STAFF_NAME; tên này hiện cho người phản ánh.')
    if said.get("desk") is not None and not _is_desk(said["desk"], rules.places):
        raise _Wrong(f"Không có bàn “{said['desk']}”; hãy ghi {MINISTRY}, {QUEUE} hoặc department-MÃ_TỈNH, ví dụ department-19.")
    by = rules.words("by", by) if "by" in said else ""
    check_length("by", by, rules.limits.line)
    text = _words(rules, "text", said["text"]) if "text" in said else ""
    if "text" in said and not any(c.isalnum() for c in text):
        raise _Wrong("Chưa có nội dung.")
    why = rules.words("why", _line(said.get("why") or ""))
    if said["act"] in ("forward", "close", "reopen", "part") and not why:
        raise _Wrong("Chưa có lý do: hãy thêm --why.")
    number, into = (_digits(said[name]) if name in said else "" for name in ("number", "into"))
    if number and number == into:
        raise _Wrong("Hai số này là cùng một phản ánh.")
    return _Given(by, text, _words(rules, "proposal", said.get("proposal") or ""), why, number, into)


def _words(rules: Rules, field: str, text: str) -> str:
    """An official's words, from the command line or, for "-", from the input; without control characters and stamps."""
    return rules.words(field, _clean(_input() if text == "-" else text).strip())


def _input() -> str:
    if sys.stdin.isatty():
        print("Gõ nội dung, kết thúc bằng Ctrl+D.", file=sys.stderr, flush=True)
    raw = sys.stdin.buffer.read(_MOST_INPUT + 1)
    if len(raw) > _MOST_INPUT:
        raise _Wrong("Nội dung ở đầu vào quá dài.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Wrong("Nội dung ở đầu vào không phải chữ UTF-8.") from error


def _digits(text: str) -> str:
    digits = parse(text)
    if digits is None:
        raise _Cannot(f"“{_cut(text, 40)}” không phải số phản ánh; hãy kiểm tra lại từng chữ số.")
    return digits


def _is_desk(key: str, places: Places) -> bool:
    kind, _, code = key.partition("-")
    return key in (MINISTRY, QUEUE) or (kind == "department" and code in places.provinces)


def _provision(options: argparse.Namespace) -> Ref | Unfixed:
    """The provision that was named; unknown where none was."""
    parts = [None if p is None else _line(p) or None for p in (options.article, options.clause, options.point)]
    if not options.document:
        if any(parts):
            raise _Wrong("Điều, khoản, điểm phải đi cùng số văn bản: hãy thêm --document.")
        return Unfixed.UNKNOWN
    if not (NUMBER.search(options.document) or YEARLESS.search(options.document)):
        raise _Wrong(f"“{_cut(options.document, 40)}” không phải số ký hiệu văn bản; ví dụ: 32/2024/NĐ-CP.")
    if (parts[1] or parts[2]) and not parts[0]:
        raise _Wrong("Khoản, điểm phải đi cùng điều: hãy thêm --article.")
    for part in parts:
        check_length("provision", part or "", _PART)
    return Ref(normal_number(options.document), *parts)


def _place(text: str, places: Places) -> Place | None:
    """The one place that a code or a name means; None where nothing was typed."""
    text = _line(text)
    if not text:
        return None
    found = (places.by_code(text),) if text.isdigit() else places.find(text)
    known = [p for p in found if p is not None]
    if not known:
        raise _Wrong(f"Không có tỉnh, xã nào là “{_cut(text, 40)}”.")
    if len(known) > 1:
        names = "; ".join(f"{p.name} ({p.commune or p.province})" for p in known[:_PLACES])
        raise _Wrong(f"“{_cut(text, 40)}” có thể là: {names}. Hãy ghi mã.")
    return known[0]


# --- what is done -------------------------------------------------------------------------------------


class _Terminal:
    """One command over the store; each method returns what is to be printed."""

    def __init__(self, settings: Settings, options: argparse.Namespace, rules: Rules, store: build.Store, given: _Given) -> None:
        self._settings, self._options, self._rules, self._store, self._given = settings, options, rules, store, given
        self._today = build.now().date()

    def _clerk(self, work: Work) -> Clerk:
        return build.clerk(self._rules, self._settings, work)

    # --- reading ----------------------------------------------------------------------------------

    async def listed(self) -> str:
        """The reports of a desk, or of all."""
        options, state = self._options, State(self._options.state) if self._options.state else None
        async with self._store.look() as work:
            if state is not None and not state.is_open:
                found = [r for r in await work.reports.compared(_NEWEST) if options.desk in (None, r.desk)]
            else:
                found = list(await self._clerk(work).desk.queue(options.desk))
        found = [r for r in found if state in (None, r.state) and (not options.overdue or overdue(r.dues, self._today))]
        if options.json:
            return _json({"count": len(found), "reports": [self._facts(r) for r in found]})
        if not found:
            return "Không có phản ánh nào như vậy."
        late = sum(bool(overdue(r.dues, self._today)) for r in found)
        lines = [line for r in found for line in self._listed_lines(r)]
        return _clean("\n".join([*lines, f"{len(found)} phản ánh" + (f", {late} quá hạn." if late else ".")]))

    async def show(self) -> str:
        """All that a desk may see of one report."""
        async with self._store.look() as work:
            report = await self._find(self._clerk(work).desk, self._given.number)
            thread, files = await work.reports.thread(report.id), await work.reports.attachments(report.id)
            history, joined = await work.reports.history(report.id), await work.reports.merged_into(report.id)
            person = await work.reports.reporter(report.reporter) if report.reporter else None
            others = {r.id: r for r in joined}
            for name in {report.merged_into, *(v for line in history if line.what == "merged_into" for v in (line.before, line.after))} - {"", *others}:
                if (other := await work.reports.get(name)) is not None:
                    others[name] = other
            unsent = [row for r in (report, *joined) if r.number for row in await work.outbox.undelivered(_ROWS, r.number)]
        numbers = {name: shown(r.number) for name, r in others.items() if r.number}
        if self._options.json:
            return _json({**self._whole_facts(report, thread, files, history, joined, numbers, person), "undelivered": [_unsent_facts(r) for r in unsent]})
        lines = self._whole_lines(report, thread, files, history, joined, numbers, person)
        if unsent:
            lines += [f"Chưa đến được người phản ánh ({len(unsent)} tin):", *(f"  {_undelivered(row)}" for row in unsent)]
        return _clean("\n".join(lines))

    async def files(self) -> str:
        """Copy the files of a report to a folder, under the names that their sender gave; a file that stands there is never touched."""
        async with self._store.look() as work:
            report = await self._find(self._clerk(work).desk, self._given.number)
            files = await work.reports.attachments(report.id)
        folder: Path = self._options.folder
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        lines, gone = [], []
        for file in files:
            try:
                path = await asyncio.to_thread(_put, folder, file.name, await self._store.files.get(file.digest))
            except FileNotFoundError:
                gone.append(_line(file.name))
            else:
                lines.append(str(path))
        if gone:
            raise _Cannot("\n".join([*lines, f"Đã chép {len(lines)} tệp; nội dung của {len(gone)} tệp không còn trên máy này: {', '.join(gone)}."]))
        warned = "Tệp do người ngoài gửi: chỉ mở khi máy có phần mềm diệt vi-rút."
        return _clean("\n".join([*lines, f"{len(lines)} tệp của phản ánh {shown(report.number)}. {warned if lines else ''}".rstrip()]))

    async def dead(self) -> str:
        """What could not be sent."""
        async with self._store.look() as work:
            rows = await work.outbox.undelivered(_ROWS + 1)
        more, rows = len(rows) > _ROWS, rows[:_ROWS]
        if self._options.json:
            return _json({"count": len(rows), "more": more, "undelivered": [_unsent_facts(r) for r in rows]})
        if not rows:
            return "Không có tin nào bị giữ lại hoặc đã thôi gửi."
        lines = [_undelivered(r) for r in rows]
        return _clean("\n".join([*lines, f"{len(rows)} tin" + (" cũ nhất; còn nữa." if more else ".")]))

    # --- acting -----------------------------------------------------------------------------------

    async def retry(self) -> str:
        """Send again what could not be sent."""
        ids = {i for i in self._options.ids if 0 < i <= _LARGEST_ID}
        async with self._store.work() as work:
            count = await work.outbox.again(ids)
        if not count:
            raise _Cannot("Không có tin nào trong số này bị giữ lại hoặc đã thôi gửi; xem: reports dead.")
        left = len(set(self._options.ids)) - count
        return f"Sẽ gửi lại {count} tin khi dịch vụ (bot run) đang chạy." + (f" {left} mã khác không có gì để gửi lại." if left else "")

    async def take(self) -> str:
        """Begin to examine."""
        return await self._act(lambda desk, report: desk.take(report, self._given.by))

    async def ask(self) -> str:
        """Ask the reporter."""
        return await self._act(lambda desk, report: desk.ask(report, self._given.by, self._given.text))

    async def reply(self) -> str:
        """Answer everyone who stands with it."""
        return await self._act(lambda desk, report: desk.reply(report, self._given.by, self._given.text), followers=True)

    async def forward(self) -> str:
        """Hand on."""
        return await self._act(lambda desk, report: desk.forward(report, self._given.by, self._options.desk, self._given.why))

    async def close(self) -> str:
        """Close without an answer of its own."""
        state = State.ANSWERED if self._options.answered else State.OUT_OF_SCOPE
        return await self._act(lambda desk, report: desk.close(report, self._given.by, state, self._given.why))

    async def reopen(self) -> str:
        """Work on it again."""
        return await self._act(lambda desk, report: desk.reopen(report, self._given.by, self._given.why))

    async def part(self) -> str:
        """Undo a merge."""
        return await self._act(lambda desk, report: desk.part(report, self._given.by, self._given.why))

    async def merge(self) -> str:
        """Let it stand with another one."""

        async def join(desk: DeskService, report: str) -> Report:
            other = await self._find(desk, self._given.into)
            if not (other.state.is_open or other.state is State.ANSWERED):
                raise _Cannot(f"Phản ánh {shown(other.number)} đang ở trạng thái “{_state(other.state)}” nên không gộp phản ánh khác vào được.")
            return await desk.merge(report, other.id, Actor(Author.OFFICIAL, self._given.by), self._given.why)

        return await self._act(join)

    async def label(self) -> str:
        """Set labels that only staff see."""
        options = self._options
        named: dict[str, Any] = {
            "field": Field(options.field) if options.field else None, "problem": Problem(options.problem) if options.problem else None,
            "regime": Regime(options.regime) if options.regime else None, "task_group": options.task_group,
        }  # fmt: skip
        if all(value is None for value in named.values()):
            raise _Wrong("Hãy nêu ít nhất một trong --field, --problem, --regime, --task-group.")
        async with self._store.work() as work:
            desk = self._clerk(work).desk
            before = await self._find(desk, self._given.number)
            changed = {name: value for name, value in named.items() if value is not None and value != getattr(before, name)}
            if changed:
                await desk.label(before.id, self._given.by, **changed)
        if not changed:
            return f"Phản ánh {shown(before.number)} đã được xếp loại như vậy."
        return f"Đã xếp loại phản ánh {shown(before.number)}: {', '.join(f'{_WHAT[n]} {_value(n, str(v))}' for n, v in changed.items())}."

    async def enter(self) -> str:
        """Write a report down for someone who called, came or wrote."""
        options, given = self._options, self._given
        provision, place = _provision(options), _place(options.province, self._rules.places)
        who = Identity("staff", RandomCodes().id())
        async with self._store.work() as work:
            service = self._clerk(work).service
            draft = await service.start(who, given.text, Source(options.source), Actor(Author.OFFICIAL, given.by))
            filled = replace(
                draft, provision=provision, proposal=given.proposal, regime=Regime(options.regime) if options.regime else None,
                problem=Problem(options.problem) if options.problem else None, field=Field(options.field) if options.field else None,
                province=place.province if place else "", commune=place.commune if place else "",
            )  # fmt: skip
            await service.fill(filled, who)
            kind = ReporterKind(options.kind) if options.kind else None
            if kind or place:
                await service.introduce(Reporter(who, kind=kind, province=filled.province, commune=filled.commune))
            receipt = await service.submit(draft.id, who)
        report = receipt.report
        if options.json:
            return _json({**self._facts(report), "why": receipt.why, "code": receipt.code})
        return _clean("\n".join([
            f"Số phản ánh: {shown(report.number)}",
            f"{say.receipt_desk(receipt.desk, receipt.copied)}" + (f" Lý do: {receipt.why}." if receipt.why else ""),
            *(say.due_line(due) for due in receipt.dues),
            f"Mã tra cứu, chỉ hiện một lần, đọc cho người phản ánh nếu họ cần: {receipt.code}",
            f"Họ xem tình trạng trong trò chuyện bằng cách gõ: /tracuu {shown(report.number)} {receipt.code}",
            "Hệ thống không nhắn được cho người này: khi có trả lời, hãy báo trực tiếp cho họ.",
        ]))  # fmt: skip

    async def _act(self, do: Callable[[DeskService, str], Awaitable[Report]], *, followers: bool = False) -> str:
        """Do one thing with the report, in one unit of work, and say who will be told."""
        async with self._store.work() as work:
            desk = self._clerk(work).desk
            before = await self._find(desk, self._given.number)
            others = await work.reports.merged_into(before.id) if followers else ()
            try:
                after = await do(desk, before.id)
            except NotAllowed as error:
                raise _Cannot(await self._not_allowed(work, desk, before)) from error
            if self._options.act == "forward":
                chats = build.desk_chats(self._settings).get(after.desk, ())
                await tell_desk(work, chats, after, f"forwarded:{build.now().timestamp()}", desk_lines(self._rules.places, after), build.now())
        act, more = self._options.act, ""
        if act == "forward":
            more = f" đến {self._desk(after.desk)}"
        elif act == "merge":
            more = f" vào {shown(self._given.into)}"
        return _clean(" ".join([f"{_DONE[act]} phản ánh {shown(after.number)}{more}.", *_told((after, *others))]))

    async def _find(self, desk: DeskService, digits: str) -> Report:
        try:
            return await desk.find(digits)
        except NotFound as error:
            raise _Cannot(f"Không có phản ánh nào mang số {shown(digits)}.") from error

    async def _not_allowed(self, work: Work, desk: DeskService, report: Report) -> str:
        """Why the state of `report` does not permit it, and what does."""
        number, act = shown(report.number), self._options.act
        why = f"Phản ánh {number} đang ở trạng thái “{_state(report.state)}” nên không {_DOING[act]} được."
        if report.state is State.MERGED and (main := await work.reports.get(report.merged_into)) is not None:
            return f"Phản ánh {number} đã gộp vào {shown(main.number)}: hãy làm với {shown(main.number)}, hoặc tách ra trước bằng reports part."
        if act == "reply" and (said := await desk.answer_of(report.id)) is not None:
            return f"Phản ánh {number} đã được {said.name} trả lời lúc {_at(said.at)}; không gửi thêm lần nữa. Muốn trả lời lại, hãy mở lại trước (reopen)."
        return f"{why} Muốn xử lý tiếp, hãy mở lại trước (reopen)." if report.state.is_closed else why

    # --- as it is shown ---------------------------------------------------------------------------

    def _desk(self, key: str) -> str:
        """The name of a desk with the name of its province."""
        if not key:
            return "chưa phân"
        place = self._rules.places.by_code(key.partition("-")[2])
        try:
            return self._rules.routing.desk(key, place.province_name if place else "").name
        except KeyError:
            return key

    def _late(self, day: date | None) -> int:
        """How many days ago a day has passed."""
        return max((self._today - day).days, 0) if day else 0

    def _listed_lines(self, report: Report) -> list[str]:
        due = next_due(report.dues)
        late = f"QUÁ HẠN {self._late(due)} ngày, " if self._late(due) else ""
        standing = f"{late}hạn {on(due)}" if due else "không còn hạn"
        about = _about(report.provision)
        return [
            f"{shown(report.number)} · {_state(report.state)} · {standing} · {self._desk(report.desk)}",
            f"    {about}: {_cut(report.text)}" if about else f"    {_cut(report.text)}",
        ]

    def _whole_lines(
        self, report: Report, thread: Sequence[Message], files: Sequence[Attachment], history: Sequence[Line], joined: Sequence[Report],
        numbers: dict[str, str], person: Reporter | None,
    ) -> list[str]:  # fmt: skip
        copies = f"; đồng gửi: {', '.join(map(self._desk, report.copied))}" if report.copied else ""
        lines = [
            f"Phản ánh {shown(report.number)}: {_state(report.state)}",
            f"Tiếp nhận: {_at(report.received_at) if report.received_at else 'chưa rõ'}, qua {_SOURCE[report.source]}",
            f"Nơi xử lý: {self._desk(report.desk)}{copies}",
            *self._clock_lines(report),
            f"Quy định: {_about(report.provision) or 'chưa nêu'}",
            f"Xếp loại: {', '.join(f'{_WHAT[n]} {_value(n, str(v))}' for n in _LABELS if (v := getattr(report, n)) is not None) or 'chưa có'}",
            f"Nơi phát sinh: {self._where(report) or 'chưa nêu'}",
            f"Người phản ánh: {self._person_line(report, person)}",
            f"Công khai: {'đồng ý' if report.publication else _UNASKED if report.publication is None and report.source is not Source.CHAT else 'không đồng ý'}",
            "Lời ban đầu:", *_block(report.first_words),
        ]  # fmt: skip
        if report.text != report.first_words:
            lines += ["Nội dung:", *_block(report.text)]
        if report.proposal:
            lines += ["Kiến nghị:", *_block(report.proposal)]
        if report.merged_into:
            lines.append(f"Đã gộp vào: {numbers.get(report.merged_into, 'một phản ánh khác')}")
        if joined:
            lines.append(f"Phản ánh gộp vào đây ({len(joined)}): {', '.join(f'{shown(r.number)} ({_state(r.state)})' for r in joined if r.number)}")
        lines.append(f"Trao đổi ({len(thread)}):")
        for message in thread:
            lines += [f"  {_speaker(message, report)}, {_at(message.at)}", *_block(message.text)]
        lines.append(f"Tệp ({len(files)}):")
        lines += [f"  {_line(f.name)} · {f.kind} · {f.size} byte · {self._file(f)}" for f in files]
        lines.append("Lịch sử:")
        lines += [f"  {_at(line.at)} · {_actor(line.who, report)} · {self._change(line, numbers)}" for line in history]
        return lines

    def _clock_lines(self, report: Report) -> list[str]:
        """Each clock that runs: its day, its basis and whether that was checked."""
        lines = []
        for clock, day in self._clocks(report):
            unit = "ngày làm việc" if clock.unit is Unit.WORKING else "ngày"
            late = f" ({self._late(day)} ngày)" if self._late(day) else ""
            checked = "đã đối chiếu với văn bản chính thức" if clock.checked else "chưa đối chiếu với văn bản chính thức, chỉ là thời hạn nội bộ"
            lines.append(f"{say.due_on(clock.step, day, bool(late))}{late}; {clock.days} {unit}; căn cứ: {_line(clock.basis)}; {checked}")
        return lines or ["Thời hạn: không còn hạn nào đang chạy"]

    def _clocks(self, report: Report) -> list[tuple[Any, date]]:
        return [(self._rules.clocks[step], day) for step in Step if (day := getattr(report.dues, step)) is not None]

    def _file(self, file: Attachment) -> str:
        """Where the content lies in the data directory."""
        return str(self._store.files.path(file.digest).resolve())

    def _where(self, report: Report) -> str:
        place = self._rules.places.by_code(report.commune) or self._rules.places.by_code(report.province)
        return place.name if place else ""

    def _person_line(self, report: Report, person: Reporter | None) -> str:
        kind = say.reporter_kind(person.kind) if person and person.kind else "chưa nêu tư cách"
        if person is None or not _named(report, person):
            return f"{kind}; không nêu tên"
        seen = say.name_seen(report.name_seen) if report.name_seen else ""
        if not self._options.contact:
            return f"{kind}; có để lại tên hoặc liên hệ (được xem: {seen}), thêm --contact để xem"
        return f"{kind}; {', '.join(_line(x) for x in (person.name, person.contact) if x)} (được xem: {seen})"

    def _change(self, line: Line, numbers: dict[str, str]) -> str:
        """What was done, from which value to which, and why."""

        def read(value: str) -> str:
            match line.what:
                case "desk":
                    return self._desk(value)
                case "merged_into":
                    return numbers.get(value, "một phản ánh khác")
                case _:
                    return _value(line.what, value)

        values = " → ".join(read(v) for v in (line.before, line.after) if v)
        if line.what == "merged_into" and not line.after:
            values = f"tách khỏi {read(line.before)}"
        why = f" · lý do: {_line(line.why)}" if line.why else ""
        return f"{_WHAT.get(line.what, line.what)}{f': {values}' if values else ''}{why}"

    # --- for machines -----------------------------------------------------------------------------

    def _facts(self, report: Report) -> dict[str, Any]:
        """A report without its thread and without its person."""
        due, place = next_due(report.dues), report.provision
        return {
            "number": report.number, "shown": shown(report.number), "state": report.state, "state_name": _state(report.state),
            "desk": {"key": report.desk, "name": self._desk(report.desk)}, "copied": [{"key": k, "name": self._desk(k)} for k in report.copied],
            "due": due.isoformat() if due else None, "overdue_days": self._late(due),
            "provision": {n: getattr(place, n) for n in ("document", "article", "clause", "point")} if isinstance(place, Ref) else place,
            **{name: getattr(report, name) for name in _LABELS},
            "source": report.source, "province": report.province or None, "commune": report.commune or None,
            "received_at": _moment(report.received_at).isoformat() if report.received_at else None, "text": report.text,
        }  # fmt: skip

    def _whole_facts(
        self, report: Report, thread: Sequence[Message], files: Sequence[Attachment], history: Sequence[Line], joined: Sequence[Report],
        numbers: dict[str, str], person: Reporter | None,
    ) -> dict[str, Any]:  # fmt: skip
        named = self._options.contact and person is not None and _named(report, person)
        return {
            **self._facts(report), "first_words": report.first_words, "proposal": report.proposal, "publication": report.publication,
            "clocks": [
                {
                    "step": c.step, "day": day.isoformat(), "overdue_days": self._late(day), "days": c.days, "unit": c.unit, "basis": c.basis,
                    "checked": c.checked,
                }
                for c, day in self._clocks(report)
            ],
            "reporter": {
                "kind": person.kind if person else None, "name_seen": report.name_seen, "name": person.name if named and person else None,
                "contact": person.contact if named and person else None,
            },
            "thread": [{"author": m.author, "name": m.name, "at": _moment(m.at).isoformat(), "text": m.text} for m in thread],
            "attachments": [{"name": f.name, "kind": f.kind, "size": f.size, "path": self._file(f)} for f in files],
            "merged_into": numbers.get(report.merged_into), "merged": [{"number": r.number, "state": r.state} for r in joined],
            "history": [
                {
                    "at": _moment(line.at).isoformat(), "who": line.who, "what": line.what, "before": numbers.get(line.before, line.before),
                    "after": numbers.get(line.after, line.after), "why": line.why,
                }
                for line in history
            ],
        }  # fmt: skip


_ACTS: Final[dict[str, Callable[[_Terminal], Awaitable[str]]]] = {
    "list": _Terminal.listed, "show": _Terminal.show, "files": _Terminal.files, "take": _Terminal.take, "ask": _Terminal.ask, "reply": _Terminal.reply,
    "forward": _Terminal.forward, "close": _Terminal.close, "reopen": _Terminal.reopen, "merge": _Terminal.merge, "part": _Terminal.part,
    "label": _Terminal.label, "enter": _Terminal.enter, "dead": _Terminal.dead, "retry": _Terminal.retry,
}  # fmt: skip


# --- files --------------------------------------------------------------------------------------------


def _put(folder: Path, name: str, content: bytes) -> Path:
    """Write `content` under `name`, with a number behind it where that name is taken."""
    stem, dot, extension = _line(name).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    for n in count(1):
        end = f"{f' ({n})' if n > 1 else ''}{dot}{extension}"
        short = stem.encode()[: _NAME_BYTES - len(end.encode())].decode(errors="ignore").rstrip()
        path = folder / f"{short}{end}"
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable")


# --- words --------------------------------------------------------------------------------------------

_LABELS: Final = ("regime", "problem", "field", "task_group")


def _clean(text: str) -> str:
    """`text` without what a terminal would obey; ends of lines stay."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def _line(text: str) -> str:
    return one_line(_clean(text))


def _cut(text: str, limit: int = _CUT) -> str:
    line = _line(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _block(text: str) -> list[str]:
    """Words of a person, set apart, so that no line of them looks like one of ours."""
    return [f"    │ {line}" for line in _clean(text).split("\n")]


def _json(facts: Any) -> str:
    """JSON whose strings hold no raw control character either."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(facts, ensure_ascii=False, indent=1))


def _moment(at: datetime) -> datetime:
    return at.astimezone(build.HANOI)


def _at(at: datetime) -> str:
    return f"{on(_moment(at).date())} {_moment(at):%H:%M}"


def _state(state: State) -> str:
    return "chờ người phản ánh bổ sung" if state is State.WAITING else say.state_name(state)


def _about(provision: Ref | Unfixed | None) -> str:
    return str(provision) if isinstance(provision, Ref) else say.provision(provision)


def _value(what: str, value: str) -> str:
    """The value of a label or a state in words."""
    try:
        match what:
            case "state":
                return _state(State(value))
            case "regime":
                return _REGIME[Regime(value)]
            case "field":
                return _FIELD[Field(value)]
            case "problem":
                return say.trouble(Regime.APPLYING, Problem(value)).lower()
    except ValueError:
        pass  # a word of an older version
    return _line(value)


def _named(report: Report, person: Reporter) -> bool:
    """True where the reporter has left a name or a contact and has chosen who may see it."""
    return report.name_seen is not None and bool(person.name or person.contact)


def _speaker(message: Message, report: Report) -> str:
    return _actor(f"{message.author}:{message.name}" if message.name else str(message.author), report)


def _actor(who: str, report: Report) -> str:
    author, _, name = who.partition(":")
    if author == Author.REPORTER and report.source is not Source.CHAT:
        return "Ghi hộ người phản ánh"
    return f"{_WHO.get(Author(author), author) if author in set(Author) else author} {_line(name)}".strip()


def _unsent_facts(row: Undelivered) -> dict[str, Any]:
    return {
        "id": row.id, "channel": row.channel, "state": row.state, "attempts": row.attempts, "since": _moment(row.since).isoformat(),
        "error": _error(row.error), "number": row.number,
    }  # fmt: skip


def _undelivered(row: Undelivered) -> str:
    """A line on a message that was not sent: of which report, since when, why."""
    about = f"phản ánh {shown(row.number)}" if row.number else "không thuộc phản ánh nào"
    why = _WHY_HELD.get(row.error.split(":")[0].strip()) or _error(row.error) or "không rõ lỗi"
    return f"{row.id} · {row.channel} · {_HELD[row.state]} · {about} · {row.attempts} lần gửi · từ {_at(row.since)} · {why}"


def _error(text: str) -> str:
    """Why a message was not sent; long figures may be somebody's id and are left out."""
    return _cut(re.sub(r"[-+]?\d{5,}", "…", text))


def _told(reports: Sequence[Report]) -> list[str]:
    """Who hears of it in their chat, and whom staff must tell."""
    chats = [r for r in reports if r.source is Source.CHAT and r.reporter is not None]
    gone = [r for r in reports if r.reporter is None]
    by_hand = [shown(r.number) for r in reports if r.source is not Source.CHAT and r.reporter is not None]
    said = []
    if chats:
        said.append(f"{len(chats)} người phản ánh được báo trong cuộc trò chuyện của họ, khi dịch vụ (bot run) đang chạy.")
    if by_hand:
        said.append(f"Ghi hộ nên phải báo trực tiếp: {', '.join(by_hand)}.")
    if gone:
        said.append(f"{len(gone)} người phản ánh đã xóa dữ liệu của mình nên không báo được.")
    return said


def _sentence(error: Exception) -> str:
    """One sentence for what went wrong."""
    match error:
        case _Cannot():
            return str(error)
        case _Away():
            return "Không mở được cơ sở dữ liệu. Hãy kiểm tra cài đặt CAUNOI_DATABASE và máy chủ cơ sở dữ liệu rồi chạy lại."
        case Classified():
            return f"Nội dung có dấu hiệu là tài liệu mật (“{error.stamp}”) nên không được ghi và không được gửi; hãy viết lại hoặc gửi qua văn thư."
        case TooLong():
            return f"Nội dung dài {error.length} ký tự, tối đa là {error.limit}; chưa có gì được ghi."
        case Conflict():
            return "Phản ánh vừa được người khác thay đổi; hãy xem lại (reports show) rồi làm lại."
        case NumberTaken():
            return "Chưa cấp được số phản ánh; hãy chạy lại."
        case Refused():
            return "Không thực hiện được; chưa có gì thay đổi."
        case _ if any(kind.__module__.partition(".")[0] in _DATABASES for kind in type(error).__mro__):
            return "Mất kết nối với cơ sở dữ liệu. Hãy xem lại phản ánh (reports show) trước khi làm lại."
        case OSError() if not error.filename:
            return "Mất kết nối với cơ sở dữ liệu. Hãy xem lại phản ánh (reports show) trước khi làm lại."
        case _:
            return sentence(error)
