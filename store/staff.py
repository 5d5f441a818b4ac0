"""Who of those that write is an official: enrolled by a code that the operator makes, on each channel for itself."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from reports.model import Identity
from store.claims import inserting
from store.tables import StaffRow


class Staff:
    """handlers.post.Staff within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def name(self, identity: Identity) -> str | None:
        """The name of this official as reporters read it; None for everyone else."""
        row = (StaffRow.channel == identity.channel, StaffRow.person == identity.person)
        return await self._session.scalar(select(StaffRow.name).where(*row))

    async def enrol(self, identity: Identity, name: str) -> None:
        """This identity is an official's from now on."""
        row = inserting(self._session, StaffRow).values(channel=identity.channel, person=identity.person, name=name)
        await self._session.execute(row.on_conflict_do_update(index_elements=["channel", "person"], set_={"name": name}))

    async def dismiss(self, name: str) -> int:
        """Nobody with this name is an official any more; how many identities that were."""
        gone = await self._session.execute(delete(StaffRow).where(StaffRow.name == name).returning(StaffRow.person))
        return len(gone.all())
