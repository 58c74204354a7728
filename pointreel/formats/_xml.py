"""XML from outside, element by element and without document types, so that no entity can grow in memory."""

import re
from pathlib import Path
from typing import Protocol
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from ..core import FormatError, PointreelError

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Handler(Protocol):
    """Who listens to a file that is scanned."""

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None: ...
    def end(self, tag: str, line: int) -> None: ...
    def text(self, text: str) -> None: ...


def scan(path: Path, handler: Handler) -> None:
    """Tell ``handler`` every element of a file in turn; nothing is kept."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        where = f"line {parser.CurrentLineNumber}"
        raise FormatError(path, where, found="a document type (DTD)", expected="plain XML", hint="Remove the DOCTYPE.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: handler.start(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = lambda tag: handler.end(tag, parser.CurrentLineNumber)
    parser.CharacterDataHandler = handler.text
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        problem = f"broken XML ({expat.ErrorString(error.code)})"
        raise FormatError(path, f"line {error.lineno}", found=problem, expected="well-formed XML") from None


def attribute(text: str) -> str:
    """A value in quotes, as it stands in a tag."""
    return quoteattr(_possible(text))


def content(text: str) -> str:
    """A text between tags."""
    return escape(_possible(text), {"\r": "&#13;"})


def _possible(text: str) -> str:
    if wrong := _NOT_XML.search(text):
        raise PointreelError(f"{text!r}: XML cannot hold the character {wrong.group()!r}. Rename it first.")
    return text
