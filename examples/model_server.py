"""A model behind Labelmill's door, to be started and then replaced by your own.

    pip install pillow
    LABELMILL_MODEL_SECRET=model_... python examples/model_server.py --port 8080

It knows nothing: asked about an image it outlines what differs from the picture's upper left corner, asked
about a place it takes what looks alike there. What it shows is the exchange: check the signature, read the
picture, answer in pixels of the image, in time. docs/model-door.md describes each field.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from PIL import Image, ImageChops, ImageDraw

OLDEST_SECONDS = 300
ROWS = 40
ALIKE, DIFFERENT = 40, 48


def is_signed(header: str, body: bytes, secret: str, now: float) -> bool:
    """Whether the body comes from Labelmill, and lately: the header is t=<seconds>,v1=<hex>."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    wanted = hmac.new(secret.encode(), f"{fields.get('t', '')}.".encode() + body, hashlib.sha256).hexdigest()
    is_fresh = fields.get("t", "").isdigit() and abs(now - int(fields["t"])) < OLDEST_SECONDS
    return is_fresh and hmac.compare_digest(wanted, fields.get("v1", ""))


def answer(asked: dict[str, Any]) -> dict[str, Any] | None:
    """The model: a payload as annotators send it, each shape with a confidence; None: nothing to say."""
    picture = Image.open(io.BytesIO(base64.b64decode(asked["picture"]["base64"]))).convert("RGB")
    # The picture is a smaller copy: what is seen in it is told in pixels of the image.
    scale = asked["image"]["width"] / picture.width
    prompt = asked.get("prompt")
    seen = place_asked_about(picture, prompt, scale) if prompt else unlike_the_corner(picture)
    around, label = seen.getbbox(), wanted_class(asked["schema"], prompt)
    if around is None or label is None:
        return None
    name, kind = label
    drawn = around_box(around, scale) if kind == "box" else [outline(seen, around, scale)]
    shape = {"id": "s1", "class": name, "type": kind, kind: drawn, "confidence": 0.6}
    return {"model": "corners 1", "payload": {"tags": {}, "shapes": [shape]}}


def wanted_class(schema: dict[str, Any], prompt: dict[str, Any] | None) -> tuple[str, str] | None:
    """The class meant, or the first, that is drawn in a way this model knows; and that way."""
    for one in schema["classes"]:
        kinds = [kind for kind in one.get("geometries", ["box"]) if kind in ("box", "polygon")]
        if prompt and one["key"] == prompt["class"] and prompt["kind"] in kinds:
            return one["key"], prompt["kind"]
        if kinds and (prompt is None or one["key"] == prompt["class"]):
            return one["key"], kinds[-1]
    return None


def unlike_the_corner(picture: Image.Image) -> Image.Image:
    ground = picture.crop((2, 2, 3, 3)).resize(picture.size)
    return ImageChops.difference(picture, ground).convert("L").point(lambda v: 255 if v > DIFFERENT else 0)


def place_asked_about(picture: Image.Image, prompt: dict[str, Any], scale: float) -> Image.Image:
    if prompt["box"]:
        left, top, width, height = prompt["box"]
        place = (left + width / 2, top + height / 2)
    else:
        place = next((x, y) for x, y, is_it in prompt["points"] if is_it)
    x = min(max(int(place[0] / scale), 0), picture.width - 1)
    y = min(max(int(place[1] / scale), 0), picture.height - 1)
    filled = picture.copy()
    other = ImageChops.invert(filled.crop((x, y, x + 1, y + 1))).tobytes()
    ImageDraw.floodfill(filled, (x, y), (other[0], other[1], other[2]), thresh=ALIKE)
    return ImageChops.difference(picture, filled).convert("L").point(lambda v: 255 if v else 0)


def around_box(around: tuple[int, int, int, int], scale: float) -> list[float]:
    left, top, right, bottom = around
    return [left * scale, top * scale, (right - left) * scale, (bottom - top) * scale]


def outline(seen: Image.Image, around: tuple[int, int, int, int], scale: float) -> list[float]:
    """Down along the left rim, up along the right one."""
    _left, top, _right, bottom = around
    step = max((bottom - top) // ROWS, 1)
    rows = []
    for y in range(top, bottom, step):
        span = seen.crop((0, y, seen.width, y + 1)).getbbox()
        if span:
            rows.append((span[0] * scale, span[2] * scale, (y + 0.5) * scale))
    down = [number for first, _last, y in rows for number in (first, y)]
    up = [number for _first, last, y in reversed(rows) for number in (last, y)]
    return down + up


class Handler(BaseHTTPRequestHandler):
    secret = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not is_signed(self.headers.get("Labelmill-Signature", ""), body, self.secret, time.time()):
            self.reply(401)
            return
        said = answer(json.loads(body))
        self.reply(200 if said else 204, said)

    def reply(self, status: int, document: dict[str, Any] | None = None) -> None:
        data = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--port", type=int, default=8080)
    options.add_argument("--host", default="127.0.0.1")
    chosen = options.parse_args()
    Handler.secret = os.environ["LABELMILL_MODEL_SECRET"]
    ThreadingHTTPServer((chosen.host, chosen.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
