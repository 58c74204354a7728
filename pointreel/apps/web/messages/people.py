"""People, logging in, and what each prefers."""

from typing import Annotated

from pydantic import ConfigDict, Field

from .common import Answered, Name, RoleName, Sent


class Person(Answered):
    name: str
    role: RoleName


class ProjectName(Answered):
    name: str
    folder_name: str


class Me(Answered):
    user: Person | None
    login_required: bool
    csrf: str
    project: ProjectName | None
    version: str


class Login(Sent):
    name: Name
    password: Annotated[str, Field(max_length=1024)]


class People(Answered):
    users: list[Person]


class NewPerson(Sent):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: RoleName = "annotator"
    password: Annotated[str, Field(min_length=8, max_length=1024)] | None = None


class ChangedPerson(Sent):
    role: RoleName | None = None
    password: Annotated[str, Field(min_length=8, max_length=1024)] | None = None


class Preferences(Sent):
    """Whatever a front end keeps for a user: key bindings, opacity. Small."""

    model_config = ConfigDict(extra="allow", frozen=True)

    keys: dict[str, str] = Field(default_factory=dict)
