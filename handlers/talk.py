"""The whole conversation in two halves: thinking, which may be slow and touches no store, and acting, which is one unit of work."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import ModuleType
from typing import Final

from handlers.faults import Found
from handlers.memory import Memory
from handlers.message import Block, BlockKind, Choice, Incoming, Reply
from handlers.post import Outgoing, Work
from handlers.report_turn import lead
from handlers.reporting import Outcome, Reporting
from handlers.texts import report_texts
from knowledge.intent import asks
from reports.model import Identity
from reports.states import State

Law = Callable[[Incoming, Memory], Awaitable[tuple[Reply, Memory]]]
Finding = Callable[[str], Awaitable[Found]]

_OF_NOTHING: Final = frozenset({"ask_back", "decline"})
_TOLD: Final = 600  # characters of an answer that go with a report about it
_OF_LAW: Final = frozenset({"answer", "decline", "ask_back"})
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Thought:
    """What was found out about a message before anything is kept; `reply` is None where the reports answer it."""

    incoming: Incoming
    memory: Memory
    found: Found = field(default_factory=Found)
    reply: Reply | None = None
    offers: bool = False
    looked_up: bool = False  # an official's question was ruled out already


class Talk:
    """Incoming -> Outcome, the same for every channel.

    `law` answers questions of law, `find` finds the provisions that a text is about; both may fail or be too slow,
    and reports go on. `greeting` is the first words in a language.
    """

    def __init__(self, law: Law, find: Finding, reporting: Reporting, greeting: Callable[[str], Reply], now: Callable[[], datetime]) -> None:
        self._law, self._find, self._reporting, self._now = law, find, reporting, now
        self.greeting = greeting

    async def think(self, incoming: Incoming, memory: Memory) -> Thought:
        """Find out what the message needs; nothing is kept yet."""
        memory = self._met(incoming, memory)
        if self._reporting.token(incoming, memory) == "l:" and memory.asked:
            incoming = replace(incoming, text=memory.asked, choice=None)
            reply, after = await self._answered(incoming, memory)
            return Thought(incoming, after, reply=reply, looked_up=True)
        if self._reporting.takes(incoming, memory):
            wanted = self._reporting.wants(incoming, memory)
            return Thought(incoming, memory, await self._looked_up(wanted) if wanted else Found())
        if self._reporting.offers(incoming):
            return Thought(incoming, memory, await self._looked_up(incoming.text), offers=True)
        reply, after = await self._answered(incoming, memory)
        return Thought(incoming, after, reply=reply)

    async def _answered(self, incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
        """What the law says to a message; a word of regret where it cannot be asked."""
        try:
            reply, after = await self._law(incoming, memory)
        except Exception as error:
            _log.exception("no answer: %s", type(error).__name__) if not isinstance(error, TimeoutError) else _log.error("no answer in time")
            say = report_texts(memory.language)
            return _fallback(say), memory
        if incoming.choice is None and reply.facts.get("kind") in _OF_LAW:
            after = replace(after, asked=incoming.text[:2000], told=_gist(reply))
        return reply, after

    async def act(self, thought: Thought, work: Work) -> Outcome:
        """Do what the message asks, in one unit of work, and say so."""
        incoming, memory = thought.incoming, thought.memory
        if thought.offers:
            outcome = self._reporting.offer(incoming, memory, thought.found)
        elif thought.reply is None:
            return await self._reporting.turn(incoming, memory, work, thought.found)
        else:
            outcome = Outcome(thought.reply, memory)
        return self._kept(self._with_draft(outcome) if thought.looked_up else await self._with_what_waits(outcome, thought, work))

    async def unsent(self, message: Outgoing, reason: str, work: Work) -> None:
        """Tell the desk of a report that a message about it did not reach its reporter."""
        await self._reporting.unsent(message, reason, work)

    async def _looked_up(self, text: str) -> Found:
        try:
            return await self._find(text)
        except Exception as error:
            _log.warning("no provision looked for: %s", type(error).__name__)
            return Found()

    def _met(self, incoming: Incoming, memory: Memory) -> Memory:
        """The memory of someone who writes: on the web the page has a language, and has shown its greeting to a stranger."""
        if incoming.channel != "web":
            return memory
        if memory.language != incoming.language:
            memory = replace(memory, language=incoming.language)
        if memory.choices_at is None:
            memory = replace(memory, choices=self.greeting(memory.language).choices, choices_at=self._now())
        return memory

    async def _with_what_waits(self, outcome: Outcome, thought: Thought, work: Work) -> Outcome:
        """The outcome, with a way to what the message may have been meant for: a draft, a question of a desk."""
        incoming, memory, say = thought.incoming, outcome.memory, report_texts(outcome.memory.language)
        choices: list[Choice] = []
        if incoming.choice is None and not incoming.group and not incoming.text.startswith("/"):
            reports = await work.reports.of(Identity(incoming.channel, incoming.person))
            asked = [r for r in reports if r.state is State.WAITING]
            choices = [Choice(say.give_to(r.number), f"w:give:{r.id}") for r in asked[:2]]
            memory = replace(memory, asked=incoming.text) if choices else memory
            if asked and (not asks(incoming.text) or outcome.reply.facts.get("kind") in _OF_NOTHING):
                # An official has asked, and this asks nothing that the law answers: most likely it is the answer.
                told = replace(lead(say.is_it_the_answer(asked[0].number)), choices=(*choices, Choice(say.look_it_up(), "l:")))
                return self._with_draft(replace(outcome, reply=told, memory=memory))
        reply = replace(outcome.reply, choices=(*choices, *outcome.reply.choices))
        return self._with_draft(replace(outcome, reply=reply, memory=memory))

    def _with_draft(self, outcome: Outcome) -> Outcome:
        """The outcome, with the word that a draft which was being filled in is kept."""
        if not outcome.memory.step:
            return outcome
        note = Block(BlockKind.NOTE, report_texts(outcome.memory.language).draft_waits())
        reply = replace(outcome.reply, blocks=(*outcome.reply.blocks, note))
        return replace(outcome, reply=reply, memory=replace(outcome.memory, step=""))

    def _kept(self, outcome: Outcome) -> Outcome:
        """The outcome whose memory holds the choices that are shown."""
        return replace(outcome, memory=replace(outcome.memory, choices=outcome.reply.choices, choices_at=self._now()))


def _fallback(say: ModuleType) -> Reply:
    """What is said while the law cannot be asked: reports go on."""
    return replace(lead(say.law_unavailable()), choices=(Choice(say.begin_report(), "r:"),), facts={"kind": "fallback"})


def _gist(reply: Reply) -> str:
    """What was answered, in short: the answer itself and where it stands."""
    said = [b.text for b in reply.blocks if b.kind in (BlockKind.STATUS, BlockKind.LEAD, BlockKind.LINE, BlockKind.CITE)]
    return " ".join(said)[:_TOLD]
