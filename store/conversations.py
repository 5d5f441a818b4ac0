"""Conversations: what a dialogue remembers, as one row, saved only over the version that was loaded."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.memory import Memory
from handlers.message import Choice
from store.claims import ensure_conversation, table_of
from store.errors import Moved
from store.tables import ConversationRow, Payload

_TABLE: Final = table_of(ConversationRow)
_SAME: Final = (_TABLE.c.channel == bindparam("of_channel"), _TABLE.c.person == bindparam("of_person"))
_LOAD: Final = select(_TABLE.c.version, _TABLE.c.memory).where(*_SAME)
_SAVE: Final = (
    update(_TABLE)
    .where(*_SAME, _TABLE.c.version == bindparam("of_version"))
    .values(memory=bindparam("to_memory"), version=bindparam("to_version"), touched_at=bindparam("to_now"))
    .returning(_TABLE.c.version)
)


class Conversations:
    """handlers.memory.Memories, awaited, within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._versions: dict[tuple[str, str], int] = {}

    async def load(self, channel: str, person: str) -> Memory:
        """The memory of this identity, an empty one for a stranger; a later save counts from here."""
        row = (await self._session.execute(_LOAD, {"of_channel": channel, "of_person": person})).one_or_none()
        self._versions[channel, person] = row.version if row is not None else 0
        return Memory() if row is None or not row.memory else to_memory(row.memory)

    async def save(self, channel: str, person: str, memory: Memory, now: datetime) -> None:
        """Keep `memory`; Moved where the conversation was saved by someone else since it was loaded."""
        version = self._versions.get((channel, person), 0)
        if version == 0:
            await ensure_conversation(self._session, channel, person)
        values = {"of_channel": channel, "of_person": person, "of_version": version, "to_memory": to_row(memory), "to_version": version + 1, "to_now": now}
        if (await self._session.execute(_SAVE, values)).one_or_none() is None:
            raise Moved(channel, person)
        self._versions[channel, person] = version + 1


def to_row(memory: Memory) -> Payload:
    """Every field of `memory` as JSON."""
    return {name: _plain(value) for name, value in asdict(memory).items()}


def to_memory(row: Payload) -> Memory:
    """The memory that was kept; fields that a later version has added keep their defaults."""
    known = {name: value for name, value in row.items() if name in Memory.__dataclass_fields__}
    choices, offered = (tuple(Choice(**c) for c in known.pop(name, ())) for name in ("choices", "offered"))
    at, as_of = known.pop("choices_at", None), known.pop("as_of", None)
    return Memory(
        choices=choices,
        offered=offered,
        choices_at=datetime.fromisoformat(at) if at else None,
        as_of=date.fromisoformat(as_of) if as_of else None,
        **known,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
