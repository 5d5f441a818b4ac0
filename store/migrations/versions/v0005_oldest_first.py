"""The order in which a queue is worked off as an index: a claim costs the same however much waits."""

from alembic import op

revision: str = "v0005"
down_revision: str | None = "v0004"


def upgrade() -> None:
    """Apply."""
    for table in ("inbox", "outbox"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_state_rank_id"), ["state", "rank", "id"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in ("inbox", "outbox"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_state_rank_id"))
