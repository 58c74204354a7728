"""The API, one file for each part of the studio. A route checks, asks a service, and says what came out."""

from . import exchange, films, jobs, labelling, people, review, statistics, undoing, verifying

ROUTERS = tuple(
    part.router for part in (people, films, labelling, undoing, jobs, exchange, verifying, review, statistics)
)
