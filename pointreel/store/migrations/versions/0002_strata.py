"""What estimates from verdicts need: the maps candidates were drawn from, and how large each of their regions was."""

import sqlalchemy as sa
from alembic import op

revision = "0002_strata"
down_revision = "0001_project"

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "strata",
        sa.Column("id", key, nullable=False),
        sa.Column("proposal_id", key, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("pixels", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_strata_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_strata"),
        sa.UniqueConstraint("proposal_id", "frame", "turn", "inside", name="uq_strata_proposal_id_frame_turn_inside"),
    )
    op.create_table(
        "maps",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("logits", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_maps_edit_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_maps_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_maps"),
    )
    op.create_index("ix_maps_object_key_edit_id_frame", "maps", ["object_key", "edit_id", "frame"], unique=False)
    op.add_column("points", sa.Column("inside", sa.Boolean(), nullable=True))
