"""What comes in and what goes out, the same for every channel."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True)
class File:
    """A file that came with a message: kept already under `digest`, or to be fetched from the channel as `remote`."""

    name: str
    size: int
    digest: str = ""
    remote: str = ""
    content: bytes | None = None
    trouble: str = ""  # why its content could not be had: "too_large", "gone"


@dataclass(frozen=True)
class Incoming:
    """A message or a tap. `choice` is the token of a button that was pressed, None for typed text."""

    channel: str  # "web", "telegram", "terminal"
    person: str  # the channel's identity of the conversation, opaque
    text: str = ""
    choice: str | None = None
    language: str = "vi"
    as_of: date | None = None  # the day asked about, None = today
    received: datetime | None = None
    message: str = ""  # the channel's id of this message, or of the one that it changes
    edits: bool = False  # True where it is the new wording of a message sent before
    group: bool = False  # True where others read the reply
    files: tuple[File, ...] = ()
    quoted: str = ""  # the words of the message that this one replies to


class BlockKind(StrEnum):
    """What a part of a reply is; a channel shows each kind in its own way, plain text always works."""

    STATUS = "status"  # one line on validity, stands first
    LEAD = "lead"  # the answer itself, plain words
    LINE = "line"  # one line of a list that belongs to the lead
    QUOTE = "quote"  # official words, shown with quotation marks
    CITE = "cite"  # where the words stand
    MORE = "more"  # other provisions that matter, by name
    NOTE = "note"  # digest mark, hints, who else to ask
    TITLE = "title"  # heading of a list or page


@dataclass(frozen=True)
class Block:
    """One paragraph of a reply."""

    kind: BlockKind
    text: str


@dataclass(frozen=True)
class Choice:
    """Something the person may do next: the words shown and a short ASCII token (at most 56 bytes)."""

    label: str
    token: str


@dataclass(frozen=True)
class Reply:
    """An answer in blocks, with choices; `facts` carries what the --json contract prints."""

    blocks: tuple[Block, ...]
    choices: tuple[Choice, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """All that the person reads, as plain text: blocks, then numbered choices."""
        parts: list[str] = []
        for before, block in zip((None, *self.blocks), self.blocks, strict=False):
            line = f"“{block.text}”" if block.kind is BlockKind.QUOTE else block.text
            tight = before is not None and block.kind is BlockKind.LINE and before.kind in (BlockKind.LINE, BlockKind.LEAD)
            parts.append(("\n" if tight else "\n\n") + line if before is not None else line)
        if self.choices:
            parts.append("\n\n" + "\n".join(f"{n}. {c.label}" for n, c in enumerate(self.choices, 1)))
        return "".join(parts)
