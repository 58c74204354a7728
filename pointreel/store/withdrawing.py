"""Which points are withdrawn: those whose proposal was taken back, and those that one which counts has replaced."""

from sqlalchemy import ColumnElement, Connection, exists, insert, literal, or_, select, update

from .schema import points, proposals, proposed, replacements, undone_edits


def counts(proposal: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a proposal counts: no edit brought it, or one that was not taken back did."""
    one = proposed.alias("brought")
    undone = select(undone_edits.c.edit_id)
    brought = one.c.proposal_id == proposal
    return or_(~exists().where(brought), exists().where(brought, one.c.edit_id.not_in(undone)))


def is_withdrawn() -> ColumnElement[bool]:
    """What ``withdrawn`` has to be for points of which a log says anything."""
    replaced = exists().where(replacements.c.point_id == points.c.id, counts(replacements.c.proposal_id))
    return or_(~counts(points.c.proposal_id), replaced)


def is_logged() -> ColumnElement[bool]:
    """Points of earlier versions, of which no log says why they are withdrawn, stay as they are."""
    return or_(
        exists().where(replacements.c.point_id == points.c.id),
        exists().where(proposed.c.proposal_id == points.c.proposal_id),
    )


def replace(connection: Connection, key: int, proposal: int) -> None:
    """Withdraw what nobody has answered of an object's other proposals."""
    unanswered = (
        points.c.object_key == key,
        points.c.proposal_id != proposal,
        points.c.answers == 0,
        ~points.c.withdrawn,
    )
    rows = select(points.c.id, literal(proposal)).where(*unanswered)
    connection.execute(insert(replacements).from_select(["point_id", "proposal_id"], rows))
    connection.execute(update(points).where(*unanswered).values(withdrawn=True, queue=None))


def bring(connection: Connection, proposal: int, edit: int) -> None:
    """A proposal belongs to an edit."""
    connection.execute(insert(proposed).values(proposal_id=proposal, edit_id=edit))


def settle(connection: Connection, edits: list[int]) -> list[int]:
    """After edits were taken back or brought back; the objects whose points are others now."""
    of_edits = select(proposed.c.proposal_id).where(proposed.c.edit_id.in_(edits))
    found = [int(key) for key in connection.execute(of_edits).scalars()]
    if not found:
        return []
    replaced = select(replacements.c.point_id).where(replacements.c.proposal_id.in_(found))
    touched = or_(points.c.proposal_id.in_(found), points.c.id.in_(replaced))
    connection.execute(update(points).where(touched).values(withdrawn=is_withdrawn()))
    keys = select(proposals.c.object_key).where(proposals.c.id.in_(found)).distinct()
    return [int(key) for key in connection.execute(keys).scalars()]
