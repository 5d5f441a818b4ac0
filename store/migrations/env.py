"""Alembic's entry: runs the steps on the connection that store.migrate hands over, or on `alembic -x url=…`."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from store.database import open_engine
from store.tables import Base, Moment, Words


def _render(kind: str, found: Any, _: Any) -> str | Literal[False]:
    """A step must not change when a class of ours does: it names the type beneath."""
    if kind == "type" and isinstance(found, (Moment, Words)):
        return "sa.Text()" if isinstance(found, Words) else "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite changes a table by building it anew
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _from_command_line(url: str) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    asyncio.run(_from_command_line(context.get_x_argument(as_dictionary=True)["url"]))
