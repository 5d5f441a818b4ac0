"""Links between the identities of one person on several channels: made by a code, undone by any of them."""

import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reports.model import Identity
from store.claims import inserting
from store.tables import LinkRow


class Links:
    """handlers.post.Links within one unit of work. A circle is a set of identities that are one person."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def circle(self, identity: Identity) -> frozenset[Identity]:
        """All identities of this person, this one included."""
        mine = select(LinkRow.circle).where(LinkRow.channel == identity.channel, LinkRow.person == identity.person).scalar_subquery()
        rows = (await self._session.execute(select(LinkRow.channel, LinkRow.person).where(LinkRow.circle == mine))).all()
        return frozenset({identity, *(Identity(row.channel, row.person) for row in rows)})

    async def join(self, one: Identity, other: Identity) -> None:
        """The two, and all that stand with either, are one person from now on."""
        everyone = await self.circle(one) | await self.circle(other)
        circle = uuid.uuid4().hex
        for identity in everyone:
            row = inserting(self._session, LinkRow).values(channel=identity.channel, person=identity.person, circle=circle)
            await self._session.execute(row.on_conflict_do_update(index_elements=["channel", "person"], set_={"circle": circle}))

    async def leave(self, identity: Identity) -> bool:
        """This identity stands alone again; False where it did already."""
        row = (LinkRow.channel == identity.channel, LinkRow.person == identity.person)
        gone = await self._session.execute(delete(LinkRow).where(*row).returning(LinkRow.circle))
        circle = gone.scalar_one_or_none()
        if circle is None:
            return False
        left = (await self._session.execute(select(LinkRow.person).where(LinkRow.circle == circle))).all()
        if len(left) == 1:
            await self._session.execute(delete(LinkRow).where(LinkRow.circle == circle))
        return True

    async def moved(self, old: Identity, new: Identity) -> None:
        """`new` takes the place of `old`, whose conversation was carried to it."""
        await self.leave(new)
        row = update(LinkRow).where(LinkRow.channel == old.channel, LinkRow.person == old.person)
        await self._session.execute(row.values(channel=new.channel, person=new.person))
