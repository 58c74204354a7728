"""Whether an object is closed is said by edits alone."""

from alembic import op

revision = "0007_closed"
down_revision = "0006_proposed"


def upgrade() -> None:
    op.drop_column("objects", "closed")
