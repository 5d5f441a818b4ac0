"""Access tokens that a platform gives for a time, and the lease under which one process renews them."""

import sqlalchemy as sa
from alembic import op

revision: str = "v0003"
down_revision: str | None = "v0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "token",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("refresh", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshing_by", sa.String(length=255), nullable=False),
        sa.Column("refreshing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_token")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("token")
