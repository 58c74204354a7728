"""The tables of a project, the same on SQLite and PostgreSQL.

Two kinds of tables. **Logs** are only ever added to: ``verdicts``, ``edits``, and what edits brought (``descriptions``,
``closings``, ``prompts``, ``masks``, ``maps``, ``proposed``). Undoing adds a row that names the row it undoes, and
redoing a row that names the undoing. **Derived** ones say quickly what the logs say slowly, change in the same
transaction, and ``check`` compares them with the logs: ``answers``, ``undone_edits``, and of ``points`` the columns
from ``withdrawn`` on.

Times are whole microseconds since 1970 (UTC) on the clock of the machine that writes.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

Key = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both: SQLite numbers rows by itself only in a column of type INTEGER, which has 64 bits there."""

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts of the project, and the row ``writer`` that writers lock where a database admits several at once."""

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text),
    Column("joined_at", BigInteger, nullable=False),
)

logins = Table(
    "logins",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("mark", String(64), nullable=False, unique=True),  # a digest of what the browser holds, of no use to others
    Column("began_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)
"""Who is logged in at a server. No log: a login that has ended is gone."""

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("video", String(400)),
    Column("request", Text, nullable=False),  # what has to be asked for to have it done again; nothing: it cannot be
    Column("server", String(200), nullable=False),  # who does it
    Column("seen_at", BigInteger, nullable=False),  # when that server said last that it still does
)
"""What servers are doing. No log: a job that is over is gone."""

videos = Table(
    "videos",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(400), nullable=False, unique=True),
    Column("path", Text, nullable=False),  # relative, with "/", where the file lies in the project's folder
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("num_frames", Integer, nullable=False),
    Column("manifest", Text, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)

objects = Table(
    "objects",
    metadata,
    Column("id", Key, primary_key=True),
    Column("video_id", Key, ForeignKey("videos.id"), nullable=False),
    Column("object_id", Integer, nullable=False),  # the id within its video, as masks and formats have it
    Column("added_at", BigInteger, nullable=False),
    UniqueConstraint("video_id", "object_id"),
)

edits = Table(
    "edits",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("user_id", Key, ForeignKey("users.id")),  # none: made by a program
    Column("session", String(64), nullable=False),
    Column("video_id", Key, ForeignKey("videos.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("undoes", Key, ForeignKey("edits.id")),
    Column("action", String(32)),  # what was done at once, also in several videos, is undone at once
    Index(None, "video_id", "id"),
    Index(None, "action"),
)

undone_edits = Table(
    "undone_edits",
    metadata,
    Column("edit_id", Key, ForeignKey("edits.id"), primary_key=True, autoincrement=False),
)

descriptions = Table(
    "descriptions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("attributes", Text, nullable=False),  # JSON
    Column("removed", Boolean, nullable=False),
    Index(None, "object_key", "id"),
)

closings = Table(
    "closings",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Column("closed", Boolean, nullable=False),  # nobody is asked about the object's points any more
    Index(None, "object_key", "id"),
)

prompts = Table(
    "prompts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Column("content", Text, nullable=False),  # JSON, all but the mask
    Column("counts", LargeBinary),
    Index(None, "object_key", "frame", "id"),
)

masks = Table(
    "masks",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Column("counts", LargeBinary, nullable=False),  # COCO's run lengths; the size is the video's
    Column("score", Double, nullable=False),
    Column("locked", Boolean, nullable=False),
    Index(None, "object_key", "frame", "id"),
    Index(None, "edit_id"),
)

stages = Table(
    "stages",
    metadata,
    Column("object_key", Key, ForeignKey("objects.id"), primary_key=True, autoincrement=False),
    Column("stage", String(40), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("fingerprint", String(128), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("name", String(128), nullable=False),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("object_key", "name"),
)

crews = Table(
    "crews",
    metadata,
    Column("id", Key, primary_key=True),
    Column("members", Text, nullable=False, unique=True),  # keys of users, sorted, with commas between
)
"""Sets of users who have answered the same points; the first is nobody. They are few, however many points there are."""

crew_members = Table(
    "crew_members",
    metadata,
    Column("crew_id", Key, ForeignKey("crews.id"), primary_key=True, autoincrement=False),
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True, autoincrement=False),
)

points = Table(
    "points",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("proposal_id", Key, ForeignKey("proposals.id"), nullable=False),
    Column("place", Integer, nullable=False),  # counts the points of an object, in the order they are to be seen
    Column("frame", Integer, nullable=False),
    Column("x", Double, nullable=False),
    Column("y", Double, nullable=False),
    Column("turn", SmallInteger, nullable=False),  # 0 foreground, 1 background, 2 uncertain: the paper's order
    Column("neg_gain", Double, nullable=False),  # what a verdict is expected to gain, negated: both orders ascend
    Column("overlap", SmallInteger, nullable=False),  # how many people are asked
    Column("gold", SmallInteger),  # the known answer of a point that tests who answers
    Column("repeats", Integer),  # the place of the point that this one shows again
    Column(
        "withdrawn", Boolean, nullable=False
    ),  # its proposal was taken back, or another replaced it before an answer
    Column("crew_id", Key, ForeignKey("crews.id"), nullable=False),  # who have answered
    Column("queue", Key),  # the crew while the point waits for someone else, nothing afterwards
    Column("answers", SmallInteger, nullable=False),
    Column("settled", Boolean, nullable=False),  # by an owner
    Column("label", SmallInteger),
    Column("inside", Boolean),  # the mask that the proposal was drawn from
    UniqueConstraint("object_key", "place"),
    Index(None, "queue", "object_key", "turn", "place"),
    Index(None, "queue", "neg_gain", "id"),
    Index(None, "object_key", "frame"),
)

proposed = Table(
    "proposed",
    metadata,
    Column("id", Key, primary_key=True),
    Column("proposal_id", Key, ForeignKey("proposals.id"), nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Index(None, "proposal_id"),
    Index(None, "edit_id"),
)
"""The edits that brought a proposal: it counts while one of them does. One without any was made by a program."""

replacements = Table(
    "replacements",
    metadata,
    Column("id", Key, primary_key=True),
    Column("point_id", Key, ForeignKey("points.id"), nullable=False),
    Column("proposal_id", Key, ForeignKey("proposals.id"), nullable=False),
    Index(None, "point_id"),
    Index(None, "proposal_id"),
)
"""Points that nobody had answered when a proposal came: they are withdrawn while it counts."""

strata = Table(
    "strata",
    metadata,
    Column("id", Key, primary_key=True),
    Column("proposal_id", Key, ForeignKey("proposals.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("turn", SmallInteger, nullable=False),
    Column("inside", Boolean, nullable=False),
    Column("pixels", BigInteger, nullable=False),
    UniqueConstraint("proposal_id", "frame", "turn", "inside"),
)
"""How large the regions were that the candidates of a proposal were drawn from."""

maps = Table(
    "maps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("object_key", Key, ForeignKey("objects.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("edit_id", Key, ForeignKey("edits.id"), nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("logits", LargeBinary, nullable=False),  # rows of signed bytes, in sixteenths, deflated
    Index(None, "object_key", "edit_id", "frame"),
)
"""How likely objects are on some frames, at a low resolution."""

leases = Table(
    "leases",
    metadata,
    Column("point_id", Key, ForeignKey("points.id"), primary_key=True, autoincrement=False),
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "user_id"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("user_id", Key, ForeignKey("users.id"), nullable=False),
    Column("session", String(64), nullable=False),
    Column("point_id", Key, ForeignKey("points.id"), nullable=False),
    Column("label", SmallInteger),  # nothing: this event undoes another
    Column("seconds", Double),
    Column("settles", Boolean, nullable=False),
    Column("undoes", Key, ForeignKey("verdicts.id")),
    Column("action", String(32), nullable=False),  # what was done at once is undone, and redone, at once
    Column("token", String(64), unique=True),  # the sender's name for this event, so that sending twice stores once
    Index(None, "user_id", "id"),
    Index(None, "point_id", "user_id", "id"),
)

answers = Table(
    "answers",
    metadata,
    Column("point_id", Key, ForeignKey("points.id"), primary_key=True, autoincrement=False),
    Column("user_id", Key, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("event_id", Key, ForeignKey("verdicts.id"), nullable=False),
    Column("label", SmallInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("settles", Boolean, nullable=False),
    Index(None, "user_id", "event_id"),
)
