"""What the service can be asked: for programs as an OpenAPI document, for people as a page made from the same words."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from dms import __version__
from dms.record_schema import schema_of
from dms.serving import formats
from dms.serving.prediction import Limits, Prediction

Document = dict[str, Any]

JSON = "application/json"
_IN_DOCUMENT = "#/components/schemas/"
_STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
pre{overflow:auto;padding:.7rem;border:1px solid #8888;border-radius:4px}h2{margin-top:2rem}td{padding:.1rem .8rem .1rem 0}"


def described(limits: Limits, *, has_token: bool) -> Document:
    """The OpenAPI 3.1 document."""
    schema, definitions = schema_of(Prediction)
    document: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "dms",
            "version": __version__,
            "summary": "What a picture or a clip shows of a driver: head, eyes, gaze, mouth, expression, landmarks.",
            "license": {"name": "see LICENSE of dms"},
        },
        "paths": {
            "/predict": {"post": _predict(limits, has_token=has_token)},
            "/health": {"get": _get("health", "Whether it answers, and with which weights", JSON, {"type": "object"})},
            "/metrics": {"get": _get("metrics", "Counts for Prometheus", "text/plain", {"type": "string"}, has_token=has_token)},
            "/openapi.json": {"get": _get("description", "This document", JSON, {"type": "object"})},
            "/": {"get": _get("page", "This document for people", "text/html", {"type": "string"})},
        },
        "components": {
            "schemas": {
                "Prediction": schema,
                **definitions,
                "Refusal": {
                    "type": "object",
                    "properties": {"error": {"type": "string", "description": "What is wrong, in a sentence."}},
                    "required": ["error"],
                },
            },
            **({"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if has_token else {}),
        },
    }
    moved: Document = json.loads(json.dumps(document).replace("#/$defs/", _IN_DOCUMENT))
    return moved


def page_of(limits: Limits, *, has_token: bool) -> str:
    """The same for people, as HTML that needs nothing else."""
    document = described(limits, has_token=has_token)
    parts = [f"<h1>{escape(document['info']['title'])} {escape(__version__)}</h1><p>{escape(document['info']['summary'])}</p>"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answers = "".join(
                f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td></tr>"
                for status, answer in operation["responses"].items()
            )
            parts.append(f"<h2>{method.upper()} {escape(path)}</h2><p>{escape(operation['summary'])}</p><table>{answers}</table>")
    token = " -H 'Authorization: Bearer TOKEN'" if has_token else ""
    parts.insert(1, f"<pre>curl{token} --data-binary @picture.jpg http://ADDRESS/predict</pre>")
    schemas = json.dumps(document["components"]["schemas"], indent=2)
    parts.append(f"<h2>What is answered</h2><pre>{escape(schemas)}</pre><p><a href='openapi.json'>openapi.json</a></p>")
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>dms</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>"


def _predict(limits: Limits, *, has_token: bool) -> Document:
    body = {"schema": {"type": "string", "format": "binary"}}
    megabytes = limits.body_bytes >> 20
    refusals = {
        "400": "Hung up before the body was sent",
        "408": f"Nothing was sent for {limits.silence_s:g} s, or it came too slowly",
        "413": f"More than {megabytes} MiB",
        "415": "Neither a picture nor a clip of a known format",
        "422": f"It cannot be decoded, has more than {limits.clip_frames} frames, or takes longer than {limits.clip_read_s:g} s",
        "503": f"{limits.waiting} others wait: ask again in a moment",
        "507": "There is no room to read a clip in: the folder for temporary files is full",
        **({"401": "The token is missing or wrong"} if has_token else {}),
    }
    return {
        "operationId": "predict",
        "summary": f"Send a picture ({formats.PICTURES}) or a clip ({formats.CLIPS}) as the body itself. Nothing of it is kept.",
        "requestBody": {"required": True, "content": {"application/octet-stream": body, "image/*": body}},
        "responses": {
            "200": {
                "description": "What is seen; an observation without a face has `face` null",
                "content": {JSON: {"schema": {"$ref": f"{_IN_DOCUMENT}Prediction"}}},
            },
            **{status: _refusal(text) for status, text in sorted(refusals.items())},
        },
        **({"security": [{"token": []}]} if has_token else {}),
    }


def _get(name: str, summary: str, content_type: str, schema: Document, *, has_token: bool = False) -> Document:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": {content_type: {"schema": schema}}},
            **({"401": _refusal("The token is missing or wrong")} if has_token else {}),
        },
        **({"security": [{"token": []}]} if has_token else {}),
    }


def _refusal(text: str) -> Document:
    return {"description": text, "content": {JSON: {"schema": {"$ref": f"{_IN_DOCUMENT}Refusal"}}}}
