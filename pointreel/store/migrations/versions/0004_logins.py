"""Whoever is logged in stays so when the server is started again."""

import sqlalchemy as sa
from alembic import op

revision = "0004_logins"
down_revision = "0003_actions"

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "logins",
        sa.Column("id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_logins_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
        sa.UniqueConstraint("mark", name="uq_logins_mark"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"], unique=False)
