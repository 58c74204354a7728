"""What a server was doing when it was killed is known when it is started again."""

import sqlalchemy as sa
from alembic import op

revision = "0005_jobs"
down_revision = "0004_logins"


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("video", sa.String(length=400), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("server", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
