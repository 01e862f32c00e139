"""What the workbench's page shows and asks for before its style sheet and its scripts are there.

On a line of 400 kbps those come seconds later, or never. A few rules stand within the page, allowed by their
digest alone, and its largest parts are named in the answer's head, which is there before the page is.
"""

from __future__ import annotations

import base64
import hashlib
from itertools import chain

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import get_language

from annotator.static import chunks_of

# The picture about where the stage will be, and a line of words: whoever waits sees that something comes, and
# the browser looks for its fonts while scripts are on the line. The rest is out of sight until it has looks.
STYLE = (
    "body{margin:0}.skip-link{position:absolute;top:-100px}"
    ".preview{position:fixed;left:40px;top:48px;width:calc(100vw - 340px);height:calc(100vh - 48px);"
    "object-fit:contain;background:#20262a;pointer-events:none}.preview~.preview{background:none}"
    "@media(max-width:700px){.preview{width:calc(100vw - 40px);height:44vh}}"
    '.opening{margin:14px 16px;font:15px/20px "Segoe UI","PingFang SC","Microsoft YaHei UI",sans-serif}'
    ".broken{position:fixed;left:0;right:0;top:0;z-index:1;margin:0;padding:14px 16px;background:Canvas}"
)
# A script or the style sheet that a broken line did not bring leaves a page that opens for ever: it says so,
# Enter tries again, and so does the page itself once the browser sees a line.
SCRIPT = (
    "addEventListener('error',function({target:t}){var b=document.querySelector('.broken');"
    "if(b&&(t.tagName=='SCRIPT'||t.rel=='stylesheet')){b.hidden=false;b.previousElementSibling.hidden=true;"
    "b.querySelector('a').focus();addEventListener('online',function(){location.reload()})}},true)"
)


def _source(text: str) -> str:
    """How the page's policy names what stands within it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _built(name: str) -> str:
    """What a built file holds; nothing before a build, nor while a developer changes it."""
    path = settings.BASE_DIR / "static" / name
    return path.read_text(encoding="utf-8") if path.is_file() and not settings.DEBUG else ""


BEGIN, STYLE_SHEET = chunks_of("begin.js", settings.BASE_DIR / "static"), "build/workbench.css"
# For a browser that has nothing of ours: the line would be idle while it opens further connections. What the
# page begins with is no module there: one that stands within a page cannot be imported by others.
WHOLE_BEGIN, WHOLE_STYLE = "".join(_built(f"build/{chunk}") for chunk in BEGIN), _built(STYLE_SHEET)
# Names both of them in the cookie of a browser that has them; empty where they do not stand within any page.
WITHIN = hashlib.sha256((WHOLE_BEGIN + WHOLE_STYLE).encode()).hexdigest()[:12] if WHOLE_BEGIN else ""
STYLE_SOURCES = f"{_source(STYLE)} {_source(WHOLE_STYLE)}"
SCRIPT_SOURCES = f"{_source(SCRIPT)} {_source(WHOLE_BEGIN)}"


def link_header(*, image: str | None, is_new: bool) -> str:
    """The `Link` of a page that opens with a picture: scripts, and what else it does not hold itself."""
    links = [
        *([f"<{image}>; rel=preload; as=image; fetchpriority=high"] if image else []),
        *([] if is_new else [f"<{static(STYLE_SHEET)}>; rel=preload; as=style"]),
        *(f"<{script}>; rel=modulepreload" for script in scripts_of("stage", is_new=is_new)),
    ]
    return ", ".join(links)


def scripts_of(part: str, *, is_new: bool) -> list[str]:
    """The addresses of the modules of a page that opens with a task or a choice, with the reader's words.

    `part`: "stage" or "start".
    """
    language = get_language() or "en"
    folder = settings.BASE_DIR / "static"
    scripts = [] if is_new else ["begin.js"]
    named = (chunks_of(f"{script} {language}", folder) for script in [*scripts, "workbench.js", part])
    return [static(f"build/{chunk}") for chunk in dict.fromkeys(chain.from_iterable(named))]
