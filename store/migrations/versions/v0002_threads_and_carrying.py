"""What a reply answers, so that a thread can be shown; codes that carry a conversation to another channel."""

import sqlalchemy as sa
from alembic import op

revision: str = "v0002"
down_revision: str | None = "v0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "carrying",
        sa.Column("code_hash", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_carrying")),
    )
    with op.batch_alter_table("carrying", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_carrying_channel_person"), ["channel", "person"], unique=False)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(batch_op.f("ix_outbox_channel_person_id"), ["channel", "person", "id"], unique=False)
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_channel_person_id"), ["channel", "person", "id"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_channel_person_id"))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_channel_person_id"))
        batch_op.drop_column("answers")
    op.drop_table("carrying")
