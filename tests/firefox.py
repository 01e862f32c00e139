"""An installed Firefox, driven by its own protocol: Marionette, WebDriver's commands over a socket.

Playwright drives only a Firefox of its own making, which cannot be had everywhere.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
# WebDriver's names of keys that print nothing.
KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Shift": "\ue008", "Control": "\ue009",
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
}  # fmt: skip
# A free port, written into the profile; nothing asked of the network by the browser itself.
PREFERENCES = {
    "marionette.port": 0,
    "remote.active-protocols": 2,
    "intl.accept_languages": "en-GB, en",
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
}
# Uncaught errors of pages, and what their security policy blocked, out of the browser's own console.
FAULTS = """return Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.warningFlag))
  .filter(({ category }) => category === 'content javascript' || category === 'CSP')
  .filter(({ sourceName }) => sourceName.startsWith('http'))
  .map(({ errorMessage, sourceName }) => `${errorMessage} (${sourceName})`)"""


def firefox_path() -> str | None:
    """FIREFOX, or the first one on the PATH."""
    named = os.environ.get("FIREFOX")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class FirefoxError(RuntimeError):
    """The browser's answer to a command it could not follow."""


class Firefox:
    """One window. Coordinates are CSS pixels of the window."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._incoming = connection.makefile("rb")
        self._number = 0
        self._receive()  # says who it is
        self.version: str = self.send("WebDriver:NewSession")["capabilities"]["browserVersion"]

    def send(self, command: str, **parameters: Any) -> Any:
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _kind, _number, error, result = self._receive()
        if error:
            raise FirefoxError(f"{command}: {error['message']}")
        return result

    def _receive(self) -> Any:
        length = b""
        while (byte := self._incoming.read(1)) != b":":
            if not byte:
                raise FirefoxError("Firefox has gone")
            length += byte
        return json.loads(self._incoming.read(int(length)))

    def resize(self, width: int, height: int) -> None:
        """The page, not the window with its frame."""
        frame = self.run("return [outerWidth - innerWidth, outerHeight - innerHeight]")
        self.send("WebDriver:SetWindowRect", width=width + frame[0], height=height + frame[1])
        self.wait(f"return innerWidth === {width} && innerHeight === {height}")

    def goto(self, url: str) -> None:
        self.send("WebDriver:Navigate", url=url)

    def reload(self) -> None:
        self.send("WebDriver:Refresh")

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns, in the page."""
        return self.send("WebDriver:ExecuteScript", script=script, args=list(arguments))["value"]

    def wait(self, script: str, *arguments: Any, seconds: float = 20) -> Any:
        """Until a function body returns something true."""
        return _until(lambda: self.run(script, *arguments), seconds=seconds, what=script)

    def press(self, *chords: str) -> None:
        """Keys like "a", "Enter", "Shift+F"."""
        for chord in chords:
            keys = [KEYS.get(key, key) for key in chord.split("+")]
            down = [{"type": "keyDown", "value": key} for key in keys]
            up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
            self._act({"type": "key", "id": "keys", "actions": down + up})

    def type(self, text: str) -> None:
        self.press(*text)

    def move(self, x: float, y: float) -> None:
        self._point([_moved(x, y)])

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        down, up = ({"type": f"pointer{how}", "button": 0} for how in ("Down", "Up"))
        self._point([_moved(*start), down, _moved(*middle), _moved(*end), up])

    def _point(self, actions: list[dict[str, Any]]) -> None:
        mouse = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self._act(mouse)

    def _act(self, source: dict[str, Any]) -> None:
        self.send("WebDriver:PerformActions", actions=[source])

    def screenshot(self) -> bytes:
        return base64.b64decode(self.send("WebDriver:TakeScreenshot", full=False)["value"])

    def faults(self) -> list[str]:
        self.send("Marionette:SetContext", value="chrome")
        try:
            found: list[str] = self.run(FAULTS)
        finally:
            self.send("Marionette:SetContext", value="content")
        return found


def _moved(x: float, y: float) -> dict[str, Any]:
    return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0, "origin": "viewport"}


def _until(ask: Callable[[], Any], *, seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise FirefoxError(f"Not within {seconds} s: {what}")
        time.sleep(0.05)
    return answer


@contextmanager
def firefox(program: str, *, width: int = 1366, height: int = 768) -> Iterator[Firefox]:
    """A running browser with a profile of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="labelmill-firefox-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()
        )
        (profile / "user.js").write_text("\n".join(lines))
        command = [program, "--marionette", "--remote-allow-system-access", "--headless", "--no-remote"]
        process = subprocess.Popen(
            [*command, "--profile", folder],
            env=os.environ | {"HOME": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = profile / "MarionetteActivePort"
            _until(lambda: port.exists() and port.read_text().strip(), seconds=60, what="Firefox starts")
            with socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60) as connection:
                browser = Firefox(connection)
                browser.resize(width, height)
                yield browser
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
