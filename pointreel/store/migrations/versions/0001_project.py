"""Everything a project begins with: videos, objects, prompts and masks, points, who is asked, and what they answer."""

import sqlalchemy as sa
from alembic import op

revision = "0001_project"
down_revision = None

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "crews",
        sa.Column("id", key, nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_crews"),
        sa.UniqueConstraint("members", name="uq_crews_members"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "users",
        sa.Column("id", key, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    op.create_table(
        "videos",
        sa.Column("id", key, nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("num_frames", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        sa.UniqueConstraint("name", name="uq_videos_name"),
    )
    op.create_table(
        "crew_members",
        sa.Column("crew_id", key, autoincrement=False, nullable=False),
        sa.Column("user_id", key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"], name="fk_crew_members_crew_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_crew_members_user_id"),
        sa.PrimaryKeyConstraint("crew_id", "user_id", name="pk_crew_members"),
    )
    op.create_table(
        "edits",
        sa.Column("id", key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", key, nullable=True),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("video_id", key, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("undoes", key, nullable=True),
        sa.ForeignKeyConstraint(["undoes"], ["edits.id"], name="fk_edits_undoes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_edits_user_id"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_edits_video_id"),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
    )
    op.create_index("ix_edits_video_id_id", "edits", ["video_id", "id"], unique=False)
    op.create_table(
        "objects",
        sa.Column("id", key, nullable=False),
        sa.Column("video_id", key, nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_objects_video_id"),
        sa.PrimaryKeyConstraint("id", name="pk_objects"),
        sa.UniqueConstraint("video_id", "object_id", name="uq_objects_video_id_object_id"),
    )
    op.create_table(
        "descriptions",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_descriptions_edit_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_descriptions_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_descriptions"),
    )
    op.create_index("ix_descriptions_object_key_id", "descriptions", ["object_key", "id"], unique=False)
    op.create_table(
        "masks",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_masks_edit_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_masks_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_masks"),
    )
    op.create_index("ix_masks_edit_id", "masks", ["edit_id"], unique=False)
    op.create_index("ix_masks_object_key_frame_id", "masks", ["object_key", "frame", "id"], unique=False)
    op.create_table(
        "prompts",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("edit_id", key, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_prompts_edit_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_prompts_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_prompts"),
    )
    op.create_index("ix_prompts_object_key_frame_id", "prompts", ["object_key", "frame", "id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_proposals_object_key"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("object_key", "name", name="uq_proposals_object_key_name"),
    )
    op.create_table(
        "stages",
        sa.Column("object_key", key, autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_stages_object_key"),
        sa.PrimaryKeyConstraint("object_key", "stage", name="pk_stages"),
    )
    op.create_table(
        "undone_edits",
        sa.Column("edit_id", key, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["edits.id"], name="fk_undone_edits_edit_id"),
        sa.PrimaryKeyConstraint("edit_id", name="pk_undone_edits"),
    )
    op.create_table(
        "points",
        sa.Column("id", key, nullable=False),
        sa.Column("object_key", key, nullable=False),
        sa.Column("proposal_id", key, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("turn", sa.SmallInteger(), nullable=False),
        sa.Column("neg_gain", sa.Double(), nullable=False),
        sa.Column("overlap", sa.SmallInteger(), nullable=False),
        sa.Column("gold", sa.SmallInteger(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("crew_id", key, nullable=False),
        sa.Column("queue", key, nullable=True),
        sa.Column("answers", sa.SmallInteger(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"], name="fk_points_crew_id"),
        sa.ForeignKeyConstraint(["object_key"], ["objects.id"], name="fk_points_object_key"),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_points_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_points"),
        sa.UniqueConstraint("object_key", "place", name="uq_points_object_key_place"),
    )
    op.create_index("ix_points_object_key_frame", "points", ["object_key", "frame"], unique=False)
    op.create_index("ix_points_queue_neg_gain_id", "points", ["queue", "neg_gain", "id"], unique=False)
    op.create_index(
        "ix_points_queue_object_key_turn_place", "points", ["queue", "object_key", "turn", "place"], unique=False
    )
    op.create_table(
        "leases",
        sa.Column("point_id", key, autoincrement=False, nullable=False),
        sa.Column("user_id", key, autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name="fk_leases_point_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_leases_user_id"),
        sa.PrimaryKeyConstraint("point_id", "user_id", name="pk_leases"),
    )
    op.create_index("ix_leases_user_id", "leases", ["user_id"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("id", key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("point_id", key, nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("undoes", key, nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name="fk_verdicts_point_id"),
        sa.ForeignKeyConstraint(["undoes"], ["verdicts.id"], name="fk_verdicts_undoes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_verdicts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
        sa.UniqueConstraint("token", name="uq_verdicts_token"),
    )
    op.create_index("ix_verdicts_point_id_user_id_id", "verdicts", ["point_id", "user_id", "id"], unique=False)
    op.create_index("ix_verdicts_user_id_id", "verdicts", ["user_id", "id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("point_id", key, autoincrement=False, nullable=False),
        sa.Column("user_id", key, autoincrement=False, nullable=False),
        sa.Column("event_id", key, nullable=False),
        sa.Column("label", sa.SmallInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["verdicts.id"], name="fk_answers_event_id"),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name="fk_answers_point_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_answers_user_id"),
        sa.PrimaryKeyConstraint("point_id", "user_id", name="pk_answers"),
    )
    op.create_index("ix_answers_user_id_event_id", "answers", ["user_id", "event_id"], unique=False)
