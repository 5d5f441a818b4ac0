"""Brings a database to a shape of `migrations/`: the newest, or an older one, on the engine at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

Command = Callable[[Config, str], None]
MIGRATIONS: Final = Path(__file__).parent / "migrations"


async def upgrade(engine: AsyncEngine, to: str = "head") -> None:
    """Apply what is missing, in one transaction."""
    async with engine.begin() as connection:
        await connection.run_sync(_run, command.upgrade, to)


async def downgrade(engine: AsyncEngine, to: str = "base") -> None:
    """Undo down to `to`; rows of tables that go are lost."""
    async with engine.begin() as connection:
        await connection.run_sync(_run, command.downgrade, to)


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration over an open connection."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def _run(connection: Connection, what: Command, to: str) -> None:
    what(config(connection), to)
