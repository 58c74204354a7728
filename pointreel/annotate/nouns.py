"""The nouns of a caption, found by spaCy (Point-VOS, section 3.3): the extra ``language``, and an English model."""

from functools import cache
from typing import Any

from ..core import MissingExtra, PointreelError
from ..formats.vidln import Span

MODEL = "en_core_web_sm"
_KINDS = ("NOUN", "PROPN")


def nouns_in(caption: str, *, model: str = MODEL) -> tuple[Span, ...]:
    """Every noun, together with the nouns that it is made of: a "golf ball" is one.

    >>> [noun.text for noun in nouns_in("A man hits a golf ball.")]         # doctest: +SKIP
    ['man', 'golf ball']
    """
    tokens = list(_language(model)(caption))
    spans = []
    for token in tokens:
        if token.pos_ in _KINDS and token.dep_ != "compound":
            parts = [token, *(child for child in token.lefts if child.dep_ == "compound")]
            start, end = min(part.idx for part in parts), token.idx + len(token.text)
            spans.append(Span(start, end, caption[start:end]))
    return tuple(spans)


@cache
def _language(model: str) -> Any:  # noqa: ANN401 - spaCy's own class, and spaCy need not be there
    try:
        import spacy
    except ModuleNotFoundError:
        raise MissingExtra("Finding nouns in captions", "language") from None
    try:
        return spacy.load(model, exclude=["ner"])
    except OSError:
        raise PointreelError(
            f"spaCy has no model {model!r} here. Type: python -m spacy download {model}. Or use the nouns of the file."
        ) from None
