"""Who is let in, and what is said to everybody else."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dms.errors import EXIT_CONFIGURATION, EXIT_FAILED, EXIT_USAGE
from tests.studio.conftest import Studio
from tools.ports import free_port
from tools.running_server import PATIENCE_S

TOKEN = "{token}"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def asked(studio: Studio, path: str, headers: dict[str, str], body: bytes | None = None) -> tuple[int, str]:
    """Status and words, with the token and the port filled in."""
    filled = {name: value.replace(TOKEN, studio.token).replace("{port}", str(studio.port)) for name, value in headers.items()}
    answer = studio.ask(path.replace(TOKEN, studio.token), body, filled)
    return answer.status, answer.body.decode()


@pytest.mark.parametrize(
    ("path", "headers", "status", "said"),
    [
        ("/", {}, 401, "the token is missing or wrong"),
        ("/?token=wrong", {}, 401, "the token is missing or wrong"),
        ("/api/drives", {}, 401, '"error":"the token is missing or wrong'),
        ("/api/drives", {"authorization": "Bearer wrong"}, 401, "the token is missing or wrong"),
        ("/api/drives", {"authorization": f"Basic {TOKEN}"}, 401, "the token is missing or wrong"),
        ("/assets/studio/drives.js", {}, 401, "the token is missing or wrong"),
        ("/api/drives", {"cookie": f"dms_studio_{{port}}={TOKEN}"}, 200, "revision"),
        ("/api/drives", {"cookie": f"dms_studio_1={TOKEN}"}, 401, "the token is missing or wrong"),
        ("/api/drives", {**BEARER, "host": "studio.attacker.example"}, 400, "not under the name"),
        ("/api/drives", {**BEARER, "host": "192.168.0.7"}, 400, "not under the name"),
        ("/api/drives", {**BEARER, "host": "localhost:{port}"}, 200, "revision"),
        ("/api/drives", {**BEARER, "host": "[::1"}, 400, "not under the name"),
        ("/api/drives", {**BEARER, "origin": "http://attacker.example"}, 403, "asked by a page of another site"),
        ("/api/drives", {**BEARER, "origin": "null"}, 403, "asked by a page of another site"),
        ("/api/drives", {**BEARER, "origin": "http://127.0.0.1:{port}"}, 200, "revision"),
        ("/nowhere", BEARER, 404, "nothing is here"),
        ("/api/nowhere", BEARER, 404, '"error":"nothing is here"'),
        ("/assets/studio/../../../../../etc/passwd", BEARER, 404, "no such file"),
        ("/assets/studio/%2e%2e%2f%2e%2e%2fgate.py", BEARER, 404, "no such file"),
        ("/assets//etc/passwd", BEARER, 404, "no such file"),
        ("/api/drives/..%2f..%2fetc%2fpasswd", BEARER, 404, "nothing is here"),
        ("/api/drives/0123456789abcdef", BEARER, 404, "there is no such drive"),
    ],
)
def test_who_is_let_in(studio: Studio, path: str, headers: dict[str, str], status: int, said: str) -> None:
    found, words = asked(studio, path, headers)
    assert (found, said in words) == (status, True), words
    assert "Traceback" not in words


def test_the_first_page_puts_the_token_away(studio: Studio) -> None:
    answer = studio.ask(f"//attacker.example/?sort=name&token={studio.token}", headers={})
    assert answer.status == 303
    assert answer.headers["location"] == "/attacker.example/?sort=name", "no other host's, and without the token"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_cookie_alone_changes_nothing(studio: Studio) -> None:
    """A form of another site makes the browser send the cookie, but it cannot say that it is ours."""
    path = f"/api/drives/{studio.row('driver02/good.mcap')['id']}/labels"
    cookie = {"cookie": f"dms_studio_{{port}}={TOKEN}"}
    assert asked(studio, path, cookie, b"[]") == (403, '{"error":"a change that no page of the studio asks for"}')
    assert asked(studio, path, {**cookie, "origin": "http://127.0.0.1:1"}, b"[]")[0] == 403
    assert asked(studio, path, {**cookie, "origin": "http://127.0.0.1:{port}"}, b"[]")[0] == 200
    assert asked(studio, path, BEARER, b"[]")[0] == 200


def test_nothing_foreign_runs_in_a_page_and_no_other_page_holds_it(studio: Studio) -> None:
    for path in ("/", "/drives/0123456789abcdef", "/nowhere", "/api/drives"):
        headers = studio.ask(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
    page = studio.ask("/").body.decode()
    assert "<script>" not in page
    assert " style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "not a list of changes"),
        (b"{}", 400, "not a list of changes"),
        (b"\xff", 400, "not a list of changes"),
        (b"[" * 100_000, 400, "not a list of changes"),
        (b'[{"before": null, "after": {"t": 1, "end": 2}}]', 400, "kind"),
        (b'[{"before": null, "after": {"t": NaN, "end": 2, "kind": "kss"}}]', 400, "not a list of changes"),
        (b'[{"befor": null}]', 400, "befor"),
        (b"[" + b" " * (2 << 20) + b"]", 413, "more than 1048576 bytes"),
        (b"[" + b",".join([b"{}"] * 10_001) + b"]", 413, "at most 10000"),
    ],
    ids=["empty", "object", "no text", "deep", "no kind", "nan", "misspelt", "huge", "many"],
)
def test_what_is_no_change_is_refused_in_a_sentence(studio: Studio, body: bytes, status: int, said: str) -> None:
    identity = studio.row("driver02/good.mcap")["id"]
    answer = studio.ask(f"/api/drives/{identity}/labels", body)
    assert (answer.status, said in answer.json["error"]) == (status, True), answer.body


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=0&to=1", 200),
        ("from=0&to=1000", 400),
        ("from=5&to=1", 400),
        ("from=x&to=1", 400),
        ("from=nan&to=1", 400),
        ("", 400),
    ],
)
def test_a_span_that_is_none_is_refused(studio: Studio, query: str, status: int) -> None:
    identity = studio.row("driver01/bad.jsonl")["id"]
    assert studio.ask(f"/api/drives/{identity}/observations?{query}").status == status


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["{folder}/none"], EXIT_FAILED, "no such drive"),
        (["{folder}/text.txt"], EXIT_FAILED, "not a drive"),
        (["{folder}", "--listen", "nowhere:80"], EXIT_USAGE, "--listen 'nowhere:80'"),
        (["{folder}", "--listen", "127.0.0.1:{taken}"], EXIT_CONFIGURATION, "Address already in use"),
        (["{folder}", "--rules", "{folder}/none.yaml"], EXIT_CONFIGURATION, "none.yaml"),
        (["{folder}", "--cache", "{folder}/text.txt"], EXIT_CONFIGURATION, "--cache"),
    ],
)
def test_what_cannot_be_started_says_why(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    (tmp_path / "text.txt").write_text("nothing")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        filled = [one.format(folder=tmp_path, taken=taken.getsockname()[1]) for one in arguments]
        if "--listen" not in filled:
            filled += ["--listen", f"127.0.0.1:{free_port()}"]
        command = [sys.executable, "-m", "dms", "studio", "--cache", str(tmp_path / "cache"), *filled]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ran.returncode == code, ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
