"""The dialogue about reports: which messages belong to it, and where each goes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from handlers.faults import Found
from handlers.memory import CHOICES_LIVE, Memory, number_of
from handlers.message import Block, BlockKind, Choice, Incoming, Reply
from handlers.post import Outgoing, Work
from handlers.report_form import Form
from handlers.report_mine import Mine
from handlers.report_questions import Step
from handlers.report_staff import NUMBER, Officials, order_of, tell_unsent
from handlers.report_turn import Clerk, Turn, lead, refused
from handlers.texts import report_texts
from knowledge.intent import Kind, intent
from knowledge.vietnamese import fold, one_line, strip_accents
from reports.errors import BadAttachment, Classified, Conflict, NotAllowed, NotFound, TooLong, TooMany
from reports.number import parse

_COMMANDS: Final = {
    "baocao": "report", "report": "report", "phananh": "mine", "cuatoi": "mine", "mine": "mine", "tracuu": "status", "status": "status",
    "traloi": "answer", "answer": "answer", "riengtu": "privacy", "privacy": "privacy", "xoa": "erase", "erase": "erase",
    "noi": "carry", "carry": "carry", "lienket": "link", "link": "link", "canbo": "enrol", "nhom": "group",
    "huy": "cancel", "cancel": "cancel", "quaylai": "back", "back": "back", "boqua": "skip", "skip": "skip",
}  # fmt: skip
# What is typed where no buttons are: whole messages only, and only while a question of the dialogue waits.
_WORDS: Final = {
    "huy": "cancel", "huy bo": "cancel", "thoi": "cancel", "cancel": "cancel", "quay lai": "back", "tro lai": "back", "back": "back",
    "bo qua": "skip", "skip": "skip", "de sau": "later", "later": "later", "gui": "send", "gui di": "send", "send": "send",
}  # fmt: skip
_COMMAND: Final = re.compile(r"^/(\w+)(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
_IN_GROUPS: Final = re.compile(r"^/(?:canbo|nhom)\b")
_NUMBER: Final = re.compile(r"\bCN[\s.\-]?(?:[0-9OILl|][\s.\-]?){10}\b", re.IGNORECASE)
_BEGIN: Final = re.compile(r"(?:toi |em |minh )?(?:muon |can )?(?:(?:gui |viet )?(?:bao cao|phan anh)|bao (?:vuong mac|kho khan))")
_LABEL: Final = 5  # letters of a label that are enough to mean it
_FREE: Final = frozenset({Step.WHAT, Step.WISH, Step.NAME, Step.PLACE, *Mine.STEPS})  # questions to which any text is an answer
_MINE: Final = re.compile(
    r"^(?:toi |em |minh )?(?:da |co |duoc |da co |da duoc )?(?:tra loi|ket qua|phan hoi|xu ly|giai quyet)(?: gi| xong)? chua(?: a| vay| nhi| ad)?$"
    r"|^(?:phan anh )?(?:cua (?:toi|em|minh) )?(?:xu ly |giai quyet )?(?:den|toi) dau roi(?: a| vay| nhi)?$"
    r"|\b(?:tinh trang|ket qua|xem|tra cuu|den dau)\b.*\bphan anh\b.*\b(?:cua (?:toi|minh|em)|toi|da gui)\b|\bphan anh (?:cua toi|da gui|cua minh)\b"
)


@dataclass(frozen=True)
class Outcome:
    """What a turn leaves: the reply, the memory to keep, and whether the words that came in must not stay."""

    reply: Reply
    memory: Memory
    forget: bool = False  # the message must not be kept: it carries a stamp of classified papers
    erased: bool = False  # the person has erased everything; nothing is saved for them


class Reporting:
    """Routes what concerns reports. It asks nothing of search or index: reports go on without them."""

    def __init__(self, clerk: Callable[[Work], Clerk], now: Callable[[], datetime]) -> None:
        self._clerk, self._now = clerk, now

    def takes(self, incoming: Incoming, memory: Memory) -> bool:
        """True when this message belongs to the dialogue about reports."""
        if incoming.files or incoming.edits or NUMBER.search(incoming.quoted):
            return True
        token = self.token(incoming, memory)
        if token is not None:
            return token.partition(":")[0] in ("r", "w")
        text = one_line(incoming.text)
        if match := _COMMAND.match(text):
            return match[1].lower() in _COMMANDS
        if order_of(incoming.text) is not None:
            return True
        if self._waits(memory) or _begins(text):
            return True
        return bool(_NUMBER.search(text)) or parse(text) is not None or bool(_MINE.search(strip_accents(fold(text)).strip(" .?!…")))

    def wants(self, incoming: Incoming, memory: Memory) -> str:
        """The text whose provision is to be looked for before the turn; a key of a provision as "key:…"; "" for none."""
        token = self.token(incoming, memory)
        if token is not None:
            kind, _, rest = token.partition(":")
            if kind == "r" or token.startswith("w:where:"):
                return f"key:{rest.removeprefix('where:')}"
            return memory.asked if rest in ("begin", "use") else ""
        if incoming.files and not memory.step:
            return incoming.text
        return incoming.text if self._waits(memory) and memory.step in (Step.WHAT, Step.WHERE) else ""

    def offers(self, incoming: Incoming) -> bool:
        """True when a message is a difficulty that is told, not a question."""
        return incoming.choice is None and intent(incoming.text) is Kind.REPORT

    def token(self, incoming: Incoming, memory: Memory) -> str | None:
        """The choice that was tapped, or that a typed number means."""
        if incoming.choice is not None:
            return incoming.choice
        if (number := number_of(incoming.text)) is not None:
            chosen = memory.chosen(number, self._now())
            return chosen.token if chosen else None
        return self._labelled(incoming.text, memory)

    def _labelled(self, text: str, memory: Memory) -> str | None:
        """The choice whose words were typed, or of whose words the only one that holds them; not where any text is an answer."""
        words = strip_accents(fold(one_line(text))).strip(" .!()")
        if len(words) < _LABEL or len(words) > 100 or memory.step in _FREE or memory.chosen(1, self._now()) is None:
            return None
        labels = [(strip_accents(fold(c.label)), c.token) for c in memory.choices if c.token[:2] in ("w:", "r:")]
        same = [token for label, token in labels if label == words] or ([token for label, token in labels if words in label] if memory.step else [])
        return same[0] if len(same) == 1 else None

    def offer(self, incoming: Incoming, memory: Memory, found: Found) -> Outcome:
        """Ask whether what was told is to be reported, and name the provisions it may be about."""
        say = report_texts(memory.language)
        if incoming.group:
            return Outcome(lead(say.only_in_private()), memory)
        choices = [Choice(say.begin_with_this(), "w:begin"), *(Choice(say.read_place(ref), f"p:{ref.key}"[:56]) for ref in found.likely)]
        reply = Reply((Block(BlockKind.LEAD, say.offer_report()), Block(BlockKind.NOTE, say.offer_note())), tuple(choices), {"kind": "report"})
        return Outcome(reply, replace(memory, asked=incoming.text, told=""))

    async def turn(self, incoming: Incoming, memory: Memory, work: Work, found: Found) -> Outcome:
        """Do what the message asks, within one unit of work, and say so."""
        say = report_texts(memory.language)
        ordered = order_of(incoming.text, incoming.quoted if incoming.group else "") is not None
        if incoming.group and not ordered and not _IN_GROUPS.match(one_line(incoming.text)):
            if NUMBER.search(incoming.quoted):
                return Outcome(lead(say.desk_reply_to_notice()), memory)
            mistyped = (number := _NUMBER.match(incoming.text.strip())) is not None and parse(number[0]) is None
            return Outcome(lead(say.no_such_report() if mistyped else say.only_in_private()), memory)
        turn = Turn(incoming, memory, self._clerk(work), work, say, self._now(), found)
        official = Officials(turn)
        try:
            # A reporter may write the same words about their own report: outside a group it is an order only from who is enrolled.
            reply = await (official.orders() if ordered and (incoming.group or await official.enrolled()) else self._route(turn))
        except Classified as error:
            return Outcome(lead(say.classified(error.stamp)), turn.memory, forget=True)
        except (TooLong, TooMany, BadAttachment, NotFound, NotAllowed, Conflict) as error:
            reply = lead(refused(error, say, turn.now))
        remembered = replace(turn.memory, choices=reply.choices, choices_at=turn.now) if reply.choices or turn.memory.step else turn.memory
        return Outcome(reply, remembered, turn.forget, turn.erased)

    async def unsent(self, message: Outgoing, reason: str, work: Work) -> None:
        """Tell the chats of the desk that a notice of a report did not reach its reporter; nothing for other messages."""
        if message.payload.get("kind") == "notice":
            await tell_unsent(work, self._clerk(work), message, reason, self._now())

    def _waits(self, memory: Memory) -> bool:
        """True while a question of the dialogue waits for its answer; after a day a message is no answer any more."""
        return bool(memory.step) and memory.choices_at is not None and self._now() - memory.choices_at <= CHOICES_LIVE

    async def _route(self, turn: Turn) -> Reply:
        form, mine = Form(turn), Mine(turn)
        incoming, text = turn.incoming, one_line(turn.incoming.text)
        if not self._waits(turn.memory) and turn.memory.step:
            turn.remember(step="")
        if incoming.edits:
            return await form.edited()
        if incoming.files:
            return await self._files(turn, form, mine)
        token = self.token(incoming, turn.memory)
        if token is not None and token.partition(":")[0] in ("r", "w"):
            return await self._tapped(turn, form, mine, token)
        if match := _COMMAND.match(text):
            name = _COMMANDS.get(match[1].lower(), "")
            if name not in ("back", "skip"):
                turn.remember(step="")
            return await self._command(form, mine, name, (match[2] or "").strip())
        if turn.memory.step:
            if (said := _WORDS.get(strip_accents(fold(text)).strip(" ./!"))) is not None and (reply := await self._word(said, turn, form, mine)):
                return reply
            return await (mine.answered() if turn.memory.step in Mine.STEPS else form.answered())
        if _begins(text):
            return await form.begin()
        number = _NUMBER.search(text)
        if number is None and parse(text) is None:
            return await mine.all()
        return await mine.status(number[0] if number else text)

    async def _files(self, turn: Turn, form: Form, mine: Mine) -> Reply:
        """Files; what stands beside them may be a choice, a word that stands for one, a command or a difficulty, as it may alone."""
        words, filling = turn.incoming.text.strip(), bool(turn.memory.step) and turn.memory.step not in Mine.STEPS
        token = self.token(turn.incoming, turn.memory) if filling and words else None
        said = _WORDS.get(strip_accents(fold(one_line(words))).strip(" ./!")) if filling else None
        if (token is not None or said is not None) and (report := await form.target()) is not None and report.is_draft:
            kept = [Block(BlockKind.LEAD, line) for line in await form.attached(report)]
            reply = await (self._tapped(turn, form, mine, token) if token is not None else self._word(str(said), turn, form, mine))
            return replace(reply, blocks=(*kept, *reply.blocks)) if reply is not None else Reply(tuple(kept), (), {"kind": "report"})
        if _begins(one_line(words)):
            return await form.files("", begins=True)
        command = _COMMAND.match(words)
        begins = _COMMANDS.get(command[1].lower()) == "report" if command else self.offers(turn.incoming)
        return await form.files((command[2] or "").strip() if command and begins else words, begins=begins)

    async def _word(self, said: str, turn: Turn, form: Form, mine: Mine) -> Reply | None:
        """A word that stands for a choice; None where it is an answer like any other. Sending needs the summary before it."""
        if turn.memory.step in Mine.STEPS:
            if said not in ("cancel", "back"):
                return None
            turn.remember(step="")
            return await mine.tapped("open", turn.memory.report)
        return await form.tapped("check" if said == "send" and turn.memory.step != Step.CHECK else said)

    async def _tapped(self, turn: Turn, form: Form, mine: Mine, token: str) -> Reply:
        kind, _, rest = token.partition(":")
        if kind == "r":
            return await form.begin(about=rest)
        name, _, value = rest.partition(":")
        if name in Mine.TAPS:
            turn.remember(step="")
            return await mine.tapped(name, value)
        return await form.tapped(name, value)

    async def _command(self, form: Form, mine: Mine, name: str, rest: str) -> Reply:
        match name:
            case "report":
                return await form.begin(text=rest)
            case "mine":
                return await mine.all()
            case "status":
                return await mine.status(rest) if rest else await mine.all()
            case "answer":
                return await mine.answer_what_is_asked()
            case "privacy":
                return await mine.privacy()
            case "erase":
                return await mine.ask_erase()
            case "carry":
                return await mine.carry(rest)
            case "link":
                return await mine.link(rest)
            case "enrol":
                return await Officials(form.turn).enrol(rest)
            case "group":
                return Officials(form.turn).group()
            case _:
                return await form.tapped(name)


def _begins(text: str) -> bool:
    """True for the words alone that open the dialogue: "báo cáo", "gửi phản ánh"."""
    return _BEGIN.fullmatch(strip_accents(fold(text)).strip(" ./!")) is not None
