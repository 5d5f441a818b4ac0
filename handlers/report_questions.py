"""The questions of the report dialogue, each as the reply that asks it: values in, a Reply out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Final

from handlers.message import Block, BlockKind, Choice, Reply
from knowledge.provision import Ref
from knowledge.vietnamese import one_line
from reports.model import NameSeen, Problem, Regime, Report, ReporterKind


class Step(StrEnum):
    """The questions; the first six in their order, then what the summary leads to."""

    WHAT = "what"
    WHERE = "where"
    TROUBLE = "trouble"
    WHO = "who"
    PLACE = "place"
    WISH = "wish"
    CHECK = "check"
    SIMILAR = "similar"
    EDIT = "edit"
    SEEN = "seen"
    NAME = "name"
    RESUME = "resume"
    STOP = "stop"


QUESTIONS: Final = (Step.WHAT, Step.WHERE, Step.TROUBLE, Step.WHO, Step.PLACE, Step.WISH)
# One question gives both what is wrong and under which rules it is answered: guidance, QĐ 48/2025/QĐ-TTg, NĐ 20/2008/NĐ-CP.
TROUBLES: Final = (
    (Regime.APPLYING, Problem.UNCLEAR), (Regime.DOCUMENT, Problem.SEVERAL_READINGS), (Regime.DOCUMENT, Problem.CONTRADICTORY),
    (Regime.DOCUMENT, Problem.OVERLAPPING), (Regime.DOCUMENT, Problem.UNREASONABLE), (Regime.DOCUMENT, Problem.INFEASIBLE),
    (Regime.ADMINISTRATIVE, Problem.COSTLY), (Regime.APPLYING, Problem.OTHER),
)  # fmt: skip
_KEY_MAX: Final = 48  # a token holds 56 bytes
_PLACES: Final = 4  # provisions to choose from


@dataclass(frozen=True)
class Asked:
    """What a question is asked about."""

    say: ModuleType
    draft: Report
    likely: Sequence[Choice] = ()  # provisions to choose from
    question: str = ""  # what was asked of the law before
    welcome: str = ""  # which files can be sent


def ask(step: Step, about: Asked, note: str = "") -> Reply:
    """The question of `step`, `note` before it."""
    blocks, choices = _ASK[step](about)
    return Reply((*([Block(BlockKind.NOTE, note)] if note else []), *blocks), tuple(choices), {"kind": "report"})


def places(say: ModuleType, refs: Sequence[Ref]) -> tuple[Choice, ...]:
    """Choices of provisions; those whose key is too long for a token are left out."""
    return tuple(Choice(say.read_place(ref), f"w:where:{ref.key}") for ref in refs if len(ref.key) <= _KEY_MAX)


Told = tuple[list[Block], list[Choice]]


def ways(say: ModuleType, *, skip: bool = True, back: bool = True) -> list[Choice]:
    """The choices that every question has."""
    found = [Choice(say.skip(), "w:skip")] if skip else []
    return [*found, *([Choice(say.back(), "w:back")] if back else []), Choice(say.cancel(), "w:cancel")]


def _lead(text: str, *notes: str) -> list[Block]:
    return [Block(BlockKind.LEAD, text), *(Block(BlockKind.NOTE, n) for n in notes)]


def _what(a: Asked) -> Told:
    written = one_line(a.draft.text)
    note = a.say.now_written(written) if written else a.say.data_notice()
    choices = [Choice(a.say.use_question(one_line(a.question)), "w:use")] if a.question and not written else []
    return _lead(a.say.ask_what(1, len(QUESTIONS)), a.say.no_secrets(), note), [*choices, *ways(a.say, skip=bool(written), back=False)]


def _where(a: Asked) -> Told:
    held = places(a.say, [a.draft.provision] if isinstance(a.draft.provision, Ref) else [])
    choices = [*(h for h in held if h not in a.likely), *a.likely][:_PLACES]
    choices += [Choice(a.say.place_unknown(), "w:where:unknown"), Choice(a.say.place_none(), "w:where:none")]
    return _lead(a.say.ask_where(2, len(QUESTIONS))), [*choices, *ways(a.say, skip=False)]


def _trouble(a: Asked) -> Told:
    choices = [Choice(a.say.trouble(regime, problem), f"w:trouble:{n}") for n, (regime, problem) in enumerate(TROUBLES)]
    return _lead(a.say.ask_trouble(3, len(QUESTIONS))), [*choices, *ways(a.say)]


def _who(a: Asked) -> Told:
    return _lead(a.say.ask_who(4, len(QUESTIONS))), [*(Choice(a.say.reporter_kind(k), f"w:who:{k}") for k in ReporterKind), *ways(a.say)]


def _place(a: Asked) -> Told:
    return _lead(a.say.ask_place(5, len(QUESTIONS))), ways(a.say)


def _wish(a: Asked) -> Told:
    return _lead(a.say.ask_wish(6, len(QUESTIONS)), a.welcome), ways(a.say)


def _edit(a: Asked) -> Told:
    return _lead(a.say.ask_edit()), [*(Choice(a.say.field_name(q), f"w:go:{q}") for q in QUESTIONS), _summary(a)]


def _seen(a: Asked) -> Told:
    choices = [Choice(a.say.name_seen(seen), f"w:seen:{seen}") for seen in NameSeen]
    return _lead(a.say.ask_seen(), a.say.name_notice()), [*choices, Choice(a.say.no_name(), "w:seen:nobody"), _summary(a)]


def _name(a: Asked) -> Told:
    return _lead(a.say.ask_name()), [_summary(a)]


def _summary(a: Asked) -> Choice:
    return Choice(a.say.to_summary(), "w:check")


_ASK: Final[Mapping[Step, Callable[[Asked], Told]]] = {
    Step.WHAT: _what, Step.WHERE: _where, Step.TROUBLE: _trouble, Step.WHO: _who, Step.PLACE: _place, Step.WISH: _wish,
    Step.EDIT: _edit, Step.SEEN: _seen, Step.NAME: _name,
}  # fmt: skip
