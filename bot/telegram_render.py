"""Shows a reply in Telegram's way: text with entities, parts within the limit, buttons that cannot be mistaken."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.split import cuts, units
from handlers.memory import CHOICES_LIVE
from handlers.message import Block, BlockKind, Choice, Reply

TEXT_MAX: Final = 4096  # UTF-16 units of one message, counted without markup
DATA_MAX: Final = 64  # bytes of callback data
LABEL_MAX: Final = 48  # letters that a button across a phone still shows
ROWS_MAX: Final = 20  # a longer list gets buttons with numbers only, five in a row
BUTTONS_MAX: Final = 99
LONG_QUOTE: Final = 700  # a longer quote is shown folded

_CLOCK: Final = 5  # minutes by which the clock may be set back

_STYLE: Final = {
    BlockKind.STATUS: "bold", BlockKind.TITLE: "bold", BlockKind.MORE: "bold", BlockKind.CITE: "italic", BlockKind.QUOTE: "blockquote",
}  # fmt: skip
_TIGHT: Final = (BlockKind.LINE, BlockKind.LEAD, BlockKind.TITLE, BlockKind.MORE)


@dataclass(frozen=True)
class Span:
    """A stretch of a text in one style; offset and length in UTF-16 units."""

    style: str
    offset: int
    length: int


@dataclass(frozen=True)
class Part:
    """The text of one message and its styles."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Button:
    """One inline button."""

    label: str
    data: str


def parts(reply: Reply, note: str = "") -> list[Part]:
    """The messages of `reply`; choices whose button would be cut stand in the text as well, `note` stands last."""
    blocks = [*reply.blocks, Block(BlockKind.NOTE, numbered(reply.choices) if _listed(reply.choices) else ""), Block(BlockKind.NOTE, note)]
    text, styled, before = "", [], None
    for block in blocks:
        if not (said := clean(block.text.strip())):
            continue
        if block.kind is BlockKind.QUOTE:
            said = f"“{said}”"
        tight = block.kind is BlockKind.LINE and before in _TIGHT
        text += ("\n" if tight else "\n\n") if text else ""
        if style := _STYLE.get(block.kind):
            style = "expandable_blockquote" if block.kind is BlockKind.QUOTE and len(said) > LONG_QUOTE else style
            styled.append((style, len(text), len(text) + len(said)))
        text, before = text + said, block.kind
    return [_part(text, begin, end, styled) for begin, end in cuts(text, TEXT_MAX)]


def _part(text: str, begin: int, end: int, styled: list[tuple[str, int, int]]) -> Part:
    spans = []
    for style, first, last in styled:
        first, last = max(first, begin), min(last, end)  # noqa: PLW2901
        if first < last:
            spans.append(Span(style, units(text[begin:first]), units(text[first:last])))
    return Part(text[begin:end], tuple(spans))


def clean(text: str) -> str:
    """`text` without halves of surrogate pairs, which no message can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def numbered(choices: tuple[Choice, ...]) -> str:
    """The choices as a numbered list."""
    return "\n".join(f"{n}. {' '.join(choice.label.split())}".strip() for n, choice in enumerate(choices, 1))


def _listed(choices: tuple[Choice, ...]) -> bool:
    return len(choices) > ROWS_MAX or any(len(label) > LABEL_MAX for label in _labels(choices))


def _labels(choices: tuple[Choice, ...]) -> list[str]:
    if len(choices) == 1:
        return [" ".join(choices[0].label.split())]
    return numbered(choices).split("\n") if choices else []


def _cut(label: str) -> str:
    if len(label) <= LABEL_MAX:
        return label
    kept = label[: LABEL_MAX - 1]
    torn = label[LABEL_MAX - 1] != " " and " " in kept[LABEL_MAX // 2 :]
    return (kept.rsplit(" ", 1)[0] if torn else kept).rstrip(" ,;:(") + "…"


class Buttons:
    """Buttons that stay true after a restart: each names its choice, the time of its list and whom the list was made for."""

    # Eight characters, then the choice's own token (at most 56 bytes): four letters for the minute in which
    # the list was made, four of a keyed digest over minute, person and token. A number alone would need a
    # list kept somewhere, and would mean something else once that list is gone.

    def __init__(self, secret: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._key, self._now = hashlib.sha256(secret.encode()).digest(), now

    def rows(self, person: str, choices: tuple[Choice, ...]) -> list[list[Button]]:
        """The keyboard under the list of `choices` made for `person`."""
        labels = [str(n) for n in range(1, len(choices) + 1)] if len(choices) > ROWS_MAX else [_cut(clean(label)) for label in _labels(choices)]
        buttons = [
            Button(label, data)
            for label, choice in zip(labels[:BUTTONS_MAX], choices, strict=False)
            if label and len((data := self.data(person, choice.token)).encode()) <= DATA_MAX
        ]
        width = 5 if len(choices) > ROWS_MAX else 1
        return [buttons[at : at + width] for at in range(0, len(buttons), width)]

    def data(self, person: str, token: str) -> str:
        """The callback data of the choice `token` in a list made now for `person`."""
        minute = self._minute().to_bytes(3, "big")
        return f"{urlsafe_b64encode(minute).decode()}{self._mark(minute, person, token)}{token}"

    def token(self, person: str, data: str) -> str | None:
        """The choice that `data` means; None when its list is too old, someone else's or never was."""
        stamp, mark, token = data[:4], data[4:8], data[8:]
        try:
            minute = urlsafe_b64decode(stamp)
        except ValueError:
            return None
        age = (self._minute() - int.from_bytes(minute, "big") + _CLOCK) % 2**24 - _CLOCK
        if age > CHOICES_LIVE.total_seconds() // 60 or not hmac.compare_digest(mark.encode(), self._mark(minute, person, token).encode()):
            return None
        return token

    def _minute(self) -> int:
        return int(self._now().timestamp() // 60) % 2**24

    def _mark(self, minute: bytes, person: str, token: str) -> str:
        told = minute + f"|{person}|{token}".encode()
        return urlsafe_b64encode(hmac.digest(self._key, told, "sha256")[:3]).decode()
