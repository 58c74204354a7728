"""Which events of a log count: those that no counting event undoes. Whoever undoes comes later than what is undone."""

from collections.abc import Iterable


def undone(newest_first: Iterable[tuple[int, int | None]]) -> set[int]:
    """The keys of the events that do not count, of (key, key of the event it undoes).

    An undoing that was itself undone undoes nothing: that is how redoing works.

    >>> sorted(undone([(2, 1), (1, None)])), sorted(undone([(3, 2), (2, 1), (1, None)]))
    ([1], [2])
    """
    gone: set[int] = set()
    for key, undoes in newest_first:
        if undoes is not None and key not in gone:
            gone.add(undoes)
    return gone


def to_redo(newest_first: Iterable[tuple[int, int | None, bool]]) -> int | None:
    """The undoing to take back next, of (key, key of the event it undoes, whether that one was an undoing itself).

    Something new that was done after it ends the matter, as people know it from every editor.

    >>> to_redo([(2, 1, False), (1, None, False)]), to_redo([(3, None, False), (2, 1, False), (1, None, False)])
    (2, None)
    """
    gone: set[int] = set()
    for key, undoes, restores in newest_first:
        if key in gone:
            continue
        if undoes is None:
            return None
        if not restores:
            return key
        gone.add(undoes)
    return None
