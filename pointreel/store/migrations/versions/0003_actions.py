"""Closing an object is an edit like others, and what was done at once can be taken back at once."""

import sqlalchemy as sa
from alembic import op

revision = "0003_actions"
down_revision = "0002_strata"

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
objects = sa.table("objects", sa.column("id"), sa.column("closed"))
descriptions = sa.table("descriptions", sa.column("object_key"), sa.column("edit_id"))


def upgrade() -> None:
    op.add_column("edits", sa.Column("action", sa.String(length=32), nullable=True))
    op.create_index("ix_edits_action", "edits", ["action"], unique=False)
    closings = op.create_table(
        "closings",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_closings_edit_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_closings_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_closings"),
    )
    op.create_index("ix_closings_object_key_id", "closings", ["object_key", "id"], unique=False)
    op.execute(sa.insert(closings).from_select(["object_key", "edit_id", "closed"], _closed()))


def _closed() -> sa.Select[int, int, bool]:
    """Objects that are closed, with the edit that they came with: nobody noted when they were closed."""
    came_with = sa.select(sa.func.min(descriptions.c.edit_id)).where(descriptions.c.object_key == objects.c.id)
    return sa.select(objects.c.id, came_with.scalar_subquery(), sa.true()).where(objects.c.closed)
