"""Proposals are taken back like edits, and the points that they replaced wait again."""

import sqlalchemy as sa
from alembic import op

revision = "0006_proposed"
down_revision = "0005_jobs"

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "proposed",
        sa.Column("id", key, nullable=False),
        sa.Column("proposal_id", key, nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_proposed_edit_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_proposed_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposed"),
    )
    op.create_index("ix_proposed_proposal_id", "proposed", ["proposal_id"], unique=False)
    op.create_index("ix_proposed_edit_id", "proposed", ["edit_id"], unique=False)
    op.create_table(
        "replacements",
        sa.Column("id", key, nullable=False),
        sa.Column("point_id", key, nullable=False),
        sa.Column("proposal_id", key, nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name="fk_replacements_point_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_replacements_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_replacements"),
    )
    op.create_index("ix_replacements_point_id", "replacements", ["point_id"], unique=False)
    op.create_index("ix_replacements_proposal_id", "replacements", ["proposal_id"], unique=False)
