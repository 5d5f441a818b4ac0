"""Alembic's entry: runs the steps on the connection that store.migrate hands over."""

from typing import Any, Literal

from alembic import context

from store.tables import Base, Moment


def _render(kind: str, found: Any, _: Any) -> str | Literal[False]:
    """A step must not change when a class of ours does: it names the type beneath."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(found, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by building it anew
    compare_type=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
