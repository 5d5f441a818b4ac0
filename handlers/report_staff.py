"""What officials do from a chat of their desk: hear of a report, take it, ask, answer; only who is enrolled can."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from handlers.message import Block, BlockKind, Reply
from handlers.post import Outgoing, Payload, Work
from handlers.report_turn import Clerk, Turn, lead
from handlers.texts import report_texts
from knowledge.vietnamese import fold, one_line, strip_accents
from reports.chats import DeskChat
from reports.errors import NotFound
from reports.model import Identity, Report
from reports.number import parse
from reports.places import Places

NUMBER: Final = re.compile(r"\bCN \d{3} \d{3} \d{4}\b")
# An order that is typed, for where no message can be replied to: "CN 123 456 7890 trả lời: …", "… hỏi: …", "… nhận".
_ORDER: Final = re.compile(
    r"\s*(?P<number>CN[\s.-]?\d{3}[\s.-]?\d{3}[\s.-]?\d{4})\s*[,:.–-]?\s*"
    r"(?:(?:trả lời|tra loi|answer)\s*:(?P<answer>.*)|(?:hỏi|hoi|ask)\s*:(?P<ask>.*)|(?:đã\s+nhận|nhận|da\s+nhan|nhan|take)\s*[.!]?\s*)",
    re.IGNORECASE | re.DOTALL,
)
_NOTICES: Final = ("new", "news", "late", "forwarded")
_TAKE: Final = ("nhan", "da nhan", "take")
_ACTS: Final = ("answer", "ask")
_WORDS: Final = 700
QUOTING: Final = frozenset({"telegram"})  # channels that say which message another one replies to


async def tell_desk(work: Work, chats: tuple[DeskChat, ...], report: Report, what: str, lines: list[str], now: datetime) -> None:
    """Tell the chats of a desk of a report, once for each `what` ("new", "late:answer:2026-11-20")."""
    for chat in chats:
        place: dict[str, Any] = {"chat": int(chat.chat) if re.fullmatch(r"-?\d{1,18}", chat.chat) else chat.chat}
        if chat.thread is not None:
            place["thread"] = chat.thread
        facts = {
            "what": what.partition(":")[0], "number": report.number, "lines": lines, "quoting": chat.channel in QUOTING, "open": report.state.is_open,
        }  # fmt: skip
        payload: Payload = {"kind": "desk", **facts, "place": place}
        await work.outbox.add(Outgoing(chat.channel, chat.chat, f"desk:{report.id}:{what}:{chat.channel}:{chat.chat}"[:255], payload), now)


async def tell_news(turn: Turn, report: Report, text: str) -> None:
    """Tell the chats of a desk that the reporter has said or done something."""
    chats = turn.clerk.chats.get(report.desk, ())
    line = one_line(text)[:_WORDS]
    await tell_desk(turn.work, chats, report, f"news:{turn.now.timestamp()}:{crc32(line.encode()):x}", [line], turn.now)


def desk_reply(payload: Payload, language: str) -> Reply:
    """What a desk reads: number, lines, how to answer. No name and no contact stand in a group."""
    say = report_texts(language)
    blocks = [Block(BlockKind.TITLE, say.desk_title(payload["what"], payload["number"])), *(Block(BlockKind.LINE, line) for line in payload["lines"])]
    if payload["what"] != "unsent" and payload.get("open", True):  # else there is nothing to answer
        blocks.append(Block(BlockKind.NOTE, say.desk_how(payload["number"], quoting=payload.get("quoting", True))))
    return Reply(tuple(blocks), (), {"kind": "report"})


def desk_lines(places: Places, report: Report) -> list[str]:
    """What a desk is told of a new report: in Vietnamese, whatever the reporter reads."""
    say = report_texts("vi")
    place = places.by_code(report.commune or report.province)
    lines = [one_line(report.text)[:_WORDS]]
    lines += [line for line in (say.provision(report.provision), place.name if place else "") if line]
    return [*lines, *([say.answer_by(report.dues.answer)] if report.dues.answer else [])]


@dataclass(frozen=True)
class Order:
    """What an official wants done with a report: `act` is "take", "ask", "answer"; ten digits, words."""

    number: str
    act: str
    words: str = ""


def order_of(text: str, quoted: str = "") -> Order | None:
    """The order that a message is: typed with the number, or a reply to what a desk was told; None for what is none."""
    if match := _ORDER.fullmatch(text):
        act = next((name for name in _ACTS if match[name] is not None), "take")
        number = parse(match["number"])
        return Order(number, act, (match[act] if act != "take" else "").strip()) if number else None
    found = NUMBER.search(quoted)
    number = parse(found[0]) if found else None
    if found is None or number is None or not _is_notice(quoted, found[0]):
        return None
    words = text.strip()
    if strip_accents(fold(words)).strip(" ./!") in _TAKE:
        return Order(number, "take")
    return Order(number, "ask", words.lstrip("? ")) if words.startswith("?") else Order(number, "answer", words)


def _is_notice(quoted: str, number: str) -> bool:
    """True for what a desk was told of a report, not for what the assistant said to an order: "ok" under that answers nobody."""
    digits = parse(number) or ""
    return any(quoted.lstrip().startswith(report_texts(language).desk_title(what, digits)) for language in ("vi", "en") for what in _NOTICES)


async def tell_unsent(work: Work, clerk: Clerk, message: Outgoing, reason: str, now: datetime) -> None:
    """Tell the chats of a desk, once, that a notice did not reach the reporter."""
    try:
        report = await clerk.desk.find(message.payload["report"])
    except NotFound:
        return
    line = report_texts("vi").not_reached(reason)
    await tell_desk(work, clerk.chats.get(report.desk, ()), report, f"unsent:{message.dedupe}", [line], now)


class Officials:
    """The official who speaks, within one turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._say = turn, turn.say

    async def enrol(self, code: str) -> Reply:
        """/canbo CODE: this identity is the official's for whom the operator made the code."""
        turn = self._turn
        owner = await turn.work.carrying.owner(code, turn.by, turn.now) if code else None
        if owner is None or owner.channel != "staff":
            return lead(self._say.no_such_enrolment())
        await turn.work.staff.enrol(self._who(), owner.person)
        return lead(self._say.enrolled(owner.person))

    def group(self) -> Reply:
        """/nhom: what the operator writes into desks.yaml to have this group hear of reports."""
        chat = self._turn.by.person.rpartition(":")[0]
        return lead(self._say.group_is(self._turn.by.channel, chat) if self._turn.incoming.group and chat else self._say.no_group())

    async def enrolled(self) -> bool:
        """True for an official."""
        return await self._turn.work.staff.name(self._who()) is not None

    async def orders(self) -> Reply:
        """Do what the message orders."""
        turn, say, desk = self._turn, self._say, self._turn.clerk.desk
        name = await turn.work.staff.name(self._who())
        if name is None:
            return lead(say.staff_only())
        order = order_of(turn.incoming.text, turn.incoming.quoted)
        if order is None:
            raise NotFound
        if turn.incoming.files:
            return lead(say.desk_no_files(order.number))
        if order.act == "take":
            await desk.take(order.number, name)
            return lead(say.desk_taken(order.number))
        if not order.words:
            return lead(say.desk_no_words(order.number))
        if order.act == "ask":
            await desk.ask(order.number, name, order.words)
            return lead(say.desk_asked(order.number))
        await desk.reply(order.number, name, order.words)
        return lead(say.desk_replied(order.number))

    def _who(self) -> Identity:
        """The person, in whichever chat: in a group the conversation is "chat:person"."""
        return Identity(self._turn.by.channel, self._turn.by.person.rpartition(":")[2])


