"""Token pairs of platforms: one process at a time renews a pair, and a pair takes the place only of the one it came from."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.post import TokenPair
from store.claims import inserting
from store.tables import TokenRow

_FREE: Final[dict[str, Any]] = {"refreshing_by": "", "refreshing_until": None}


class Tokens:
    """handlers.post.Tokens within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, name: str) -> TokenPair | None:
        """The pair of this name, as it stands now."""
        wanted = select(TokenRow.access, TokenRow.refresh, TokenRow.expires_at, TokenRow.alarm).where(TokenRow.name == name)
        row = (await self._session.execute(wanted)).one_or_none()
        return None if row is None else TokenPair(row.access, row.refresh, row.expires_at, row.alarm)

    async def begin(self, name: str, refresh: str, now: datetime) -> None:
        """Keep a refresh token that an authorisation gave; what stood before, its lease too, is void."""
        values: dict[str, Any] = {"access": "", "refresh": refresh, "expires_at": now, "alarm": "", **_FREE}
        row = inserting(self._session, TokenRow).values(name=name, **values)
        await self._session.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))

    async def claim(self, name: str, by: str, now: datetime, lease: timedelta) -> bool:
        """Let `by` alone renew the pair until `now + lease`; False where another does, or there is no pair."""
        free = or_(TokenRow.refreshing_by.in_(("", by)), TokenRow.refreshing_until.is_(None), TokenRow.refreshing_until <= now)
        return await self._changed(TokenRow.name == name, free, refreshing_by=by, refreshing_until=now + lease)

    async def replace(self, name: str, old: str, new: TokenPair) -> bool:
        """Put `new` in the place of the pair whose refresh token is `old`; False where another has taken that place."""
        same = TokenRow.refresh == old
        return await self._changed(TokenRow.name == name, same, access=new.access, refresh=new.refresh, expires_at=new.expires_at, alarm="")

    async def free(self, name: str, by: str) -> None:
        """End the lease of `by`, where it still has it."""
        await self._changed(TokenRow.name == name, TokenRow.refreshing_by == by, **_FREE)

    async def alarm(self, name: str, refresh: str, what: str) -> None:
        """Say that a human must mend the pair with this refresh token."""
        await self._changed(TokenRow.name == name, TokenRow.refresh == refresh, alarm=what)

    async def _changed(self, *where: ColumnElement[bool], **values: Any) -> bool:
        done = await self._session.execute(update(TokenRow).where(*where).values(**values).returning(TokenRow.name))
        return done.one_or_none() is not None
