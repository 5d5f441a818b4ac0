"""Links between the identities of one person; officials in chats; replies go out before what goes to many."""

import sqlalchemy as sa
from alembic import op

revision: str = "v0004"
down_revision: str | None = "v0003"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link",
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("circle", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("channel", "person", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_circle"), ["circle"], unique=False)
    op.create_table(
        "staff",
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "person", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    for table in ("inbox", "outbox"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("rank")
    op.drop_table("staff")
    op.drop_table("link")
