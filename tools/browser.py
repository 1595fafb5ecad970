"""A headless Chromium, driven through ChromeDriver and its WebDriver protocol: plain HTTP, so no client library is needed.

with Browser(width=1280, height=800) as browser:
    browser.open(path.as_uri())
    browser.run("return document.title")
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ANSWERS_WITHIN_S = 60.0
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def missing() -> str | None:
    """Why no browser can be started here; None if one can."""
    absent = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed (Debian: chromium, chromium-driver)" if absent else None


class Browser:
    """One window. `width` and `height` are those of the page in CSS pixels."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._base = ""
        try:
            self._begin()
            self.resize(width, height)
        except BaseException:
            self._stop()
            raise

    def _begin(self) -> None:
        self._base = f"http://127.0.0.1:{self._port()}"
        options = {"args": [*_FLAGS, f"--user-data-dir={self._profile.name}"]}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._base += f"/session/{session['sessionId']}"

    def _stop(self) -> None:
        self._driver.terminate()
        self._driver.communicate()
        self._profile.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._call("DELETE", "", None)
        finally:
            self._stop()

    def resize(self, width: int, height: int, *, touch: bool = False) -> None:
        """Give the page another size."""
        metrics: dict[str, object] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)

    def dark(self, *, wanted: bool) -> None:
        """Prefer dark or light."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if wanted else "light"}
        self.devtools("Emulation.setEmulatedMedia", {"features": [feature]})

    def open(self, address: str) -> None:
        """Load a page, and wait until it has."""
        self._call("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns; of a promise, what it comes to."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command: str, parameters: dict[str, object]) -> Any:
        """A command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def point(self, x: float, y: float, *, press: bool = False) -> None:
        """Move the pointer there, and click if wanted."""
        actions: list[dict[str, object]] = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        if press:
            actions += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def drag(self, x: float, y: float, by: float) -> None:
        """Press at a point, move sideways, and let go."""
        moves = [{"type": "pointerMove", "x": round(x + by * part / 4), "y": round(y), "duration": 10} for part in range(5)]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def wheel(self, x: float, y: float, delta: float) -> None:
        """Turn the wheel over a point."""
        scroll = {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": round(delta), "duration": 0}
        self._act({"type": "wheel", "id": "wheel", "actions": [scroll]})

    def keys(self, text: str) -> None:
        """Type, key after key."""
        actions = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": actions})

    def processor_s(self) -> float:
        """Processor time that all of the browser's processes have used so far: unlike a clock, it minds no neighbours."""
        parents, used_s = {}, {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            pid = int(stat.parent.name)
            parents[pid], used_s[pid] = int(fields[1]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return sum(seconds for pid, seconds in used_s.items() if self._is_ours(pid, parents))

    def _is_ours(self, pid: int, parents: Mapping[int, int]) -> bool:
        while pid not in (self._driver.pid, 0):
            pid = parents.get(pid, 0)
        return pid != 0

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page since the last call."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("WARNING", "SEVERE")]

    def screenshot(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._call("GET", "/screenshot", None))

    def whole_page(self) -> bytes:
        """The page from top to bottom, as PNG."""
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        return base64.b64decode(answer["data"])

    def printed(self) -> bytes:
        """The page as it is printed, as PDF."""
        return base64.b64decode(self._call("POST", "/print", {"background": True}))

    def _act(self, actions: dict[str, object]) -> None:
        self._call("POST", "/actions", {"actions": [actions]})

    def _port(self) -> int:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            if "successfully on port" in line:
                return int(line.rstrip().rstrip(".").rpartition(" ")[2])
        raise RuntimeError("ChromeDriver does not start")

    def _call(self, method: str, path: str, body: dict[str, object] | None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._base + path, data, headers, method=method)  # noqa: S310 - ours, on this machine
        try:
            with urllib.request.urlopen(request, timeout=_ANSWERS_WITHIN_S) as answer:  # noqa: S310
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from error
