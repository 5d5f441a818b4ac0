"""What officials do from a chat of their desk: hear of a report, take it, ask, answer; only who is enrolled can."""

import re
from datetime import datetime
from typing import Any, Final

from handlers.message import Block, BlockKind, Reply
from handlers.post import Outgoing, Payload, Work
from handlers.report_turn import Turn, lead
from handlers.texts import report_texts
from knowledge.vietnamese import fold, one_line, strip_accents
from reports.chats import DeskChat
from reports.errors import NotFound
from reports.model import Identity, Report
from reports.number import parse

NUMBER: Final = re.compile(r"\bCN \d{3} \d{3} \d{4}\b")
_WORDS: Final = 700


async def tell_desk(work: Work, chats: tuple[DeskChat, ...], report: Report, what: str, lines: list[str], now: datetime) -> None:
    """Tell the chats of a desk of a report, once for each `what` ("new", "late:answer")."""
    for chat in chats:
        place: dict[str, Any] = {"chat": int(chat.chat) if re.fullmatch(r"-?\d{1,18}", chat.chat) else chat.chat}
        if chat.thread is not None:
            place["thread"] = chat.thread
        payload: Payload = {"kind": "desk", "what": what.partition(":")[0], "number": report.number, "lines": lines, "place": place}
        await work.outbox.add(Outgoing(chat.channel, chat.chat, f"desk:{report.id}:{what}:{chat.channel}:{chat.chat}"[:255], payload), now)


async def tell_news(turn: Turn, report: Report, text: str) -> None:
    """Tell the chats of a desk that the reporter has said or done something."""
    chats = turn.clerk.chats.get(report.desk, ())
    await tell_desk(turn.work, chats, report, f"news:{turn.now.timestamp()}", [one_line(text)[:_WORDS]], turn.now)


def desk_reply(payload: Payload, language: str) -> Reply:
    """What a desk reads: number, lines, how to answer. No name and no contact stand in a group."""
    say = report_texts(language)
    blocks = [Block(BlockKind.TITLE, say.desk_title(payload["what"], payload["number"])), *(Block(BlockKind.LINE, line) for line in payload["lines"])]
    return Reply((*blocks, Block(BlockKind.NOTE, say.desk_how())), (), {"kind": "report"})


def desk_lines(turn: Turn, report: Report) -> list[str]:
    """What a desk is told of a new report."""
    say, place = turn.say, turn.clerk.places.by_code(report.commune or report.province)
    lines = [one_line(report.text)[:_WORDS]]
    lines += [line for line in (say.provision(report.provision), place.name if place else "") if line]
    return [*lines, *([say.answer_by(report.dues.answer)] if report.dues.answer else [])]


class Officials:
    """The official who speaks, within one turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._say = turn, turn.say

    async def enrol(self, code: str) -> Reply:
        """/canbo CODE: this identity is the official's for whom the operator made the code."""
        turn = self._turn
        owner = await turn.work.carrying.owner(code, turn.by, turn.now) if code else None
        if owner is None or owner.channel != "staff":
            return lead(self._say.no_such_code())
        await turn.work.staff.enrol(self._who(), owner.person)
        return lead(self._say.enrolled(owner.person))

    async def answers(self) -> Reply:
        """A reply to what the desk was told of a report."""
        turn = self._turn
        name = await turn.work.staff.name(self._who())
        if name is None:
            return lead(self._say.staff_only())
        found = NUMBER.search(turn.incoming.quoted)
        number = parse(found[0]) if found else None
        text = turn.incoming.text.strip()
        if number is None or not text:
            raise NotFound
        desk = turn.clerk.desk
        if strip_accents(fold(text)).strip(" ./!") in ("nhan", "da nhan", "take"):
            await desk.take(number, name)
            return lead(self._say.desk_taken(number))
        if text.startswith("?"):
            await desk.ask(number, name, text.lstrip("? "))
            return lead(self._say.desk_asked(number))
        await desk.reply(number, name, text)
        return lead(self._say.desk_replied(number))

    def _who(self) -> Identity:
        """The person, in whichever chat: in a group the conversation is "chat:person"."""
        return Identity(self._turn.by.channel, self._turn.by.person.rpartition(":")[2])


