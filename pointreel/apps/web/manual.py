"""The page /docs: what the API is, straight from its OpenAPI document, without a script from anywhere."""

from collections.abc import Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#22303a}
code,pre{font:13px/1.5 ui-monospace,monospace;background:#eef1f3;border-radius:3px;padding:1px 4px}
h3{margin:1.6rem 0 .2rem}small{font-weight:normal;margin-left:.6rem}
h3 b{display:inline-block;min-width:4.5rem;color:#2a6f97}p{margin:.3rem 0}
table{border-collapse:collapse}td{padding:1px 12px 1px 0;vertical-align:top}nav a{margin-right:1rem}
@media(prefers-color-scheme:dark){body{background:#15191d;color:#d9dfe3}code,pre{background:#242b31}h3 b{color:#7ab6d9}
a{color:#7ab6d9}}"""
_INTRO = """<p>Errors are <code>{"error": "one line: what, where, what to do"}</code> with a status of 4xx or 5xx.
Every change needs the header <code>X-Pointreel-Csrf</code> with the token that <code>GET /api/me</code> answers.
Beside each route stands the role it needs; those above it may as well.
The document for programs is <a href="/api/openapi.json">/api/openapi.json</a>.</p>"""

Json = Mapping[str, Any]


def add_manual(app: FastAPI) -> None:
    """Serve the page at /docs."""

    @app.get("/docs", include_in_schema=False)
    def manual() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))


def page(document: Json) -> str:
    """An OpenAPI document as a page that prints well."""
    routes = [(path, method, route) for path, methods in document["paths"].items() for method, route in methods.items()]
    tags = list(dict.fromkeys(route["tags"][0] for _, _, route in routes))
    title = f"{document['info']['title']} {document['info']['version']}: API"
    parts = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{_INTRO}",
        "<nav>" + "".join(f'<a href="#{tag}">{tag}</a>' for tag in [*tags, "models"]) + "</nav>",
    ]
    for tag in tags:
        parts.append(f'<h2 id="{tag}">{tag.capitalize()}</h2>')
        parts += [_route(*one) for one in routes if one[2]["tags"][0] == tag]
    parts.append('<h2 id="models">Models</h2>')
    parts += [_model(name, schema) for name, schema in document["components"]["schemas"].items()]
    return "\n".join([*parts, "</body></html>"])


def _route(path: str, method: str, route: Json) -> str:
    taken = "".join(
        f"<tr><td><code>{escape(one['name'])}</code><td>{_type(one['schema'])}<td>{one['in']}"
        for one in route.get("parameters", ())
        if one["in"] != "header"
    )
    body = _json_of(route.get("requestBody", {}))
    answered = _json_of(route["responses"].get("200", {}))
    return (
        f"<h3><b>{method.upper()}</b> <code>{escape(path)}</code> <small>{escape(route['x-role'])}</small></h3>"
        f"<p>{escape(route.get('description', ''))}</p>"
        f"<table>{taken}</table><p>{f'takes {body}' if body else ''} {f'answers {answered}' if answered else ''}</p>"
    )


def _model(name: str, schema: Json) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code><td>{_type(of)}" for field, of in schema.get("properties", {}).items()
    )
    about = escape(schema.get("description", ""))
    return f'<h3 id="{name}">{name}</h3><p>{about}</p><table>{rows}</table>'


def _json_of(content: Json) -> str:
    return _type(content.get("content", {}).get("application/json", {}).get("schema", {}))


def _type(schema: Json) -> str:
    """A schema in a few words, with a link where it is a model."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(_type(one) for one in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("type", "")))
