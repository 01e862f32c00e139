"""A project's guide: Markdown of the client's, shown to annotators as HTML that can do no harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Raw HTML in the source is shown as text; markdown-it refuses javascript:, vbscript:, file: and data: links,
# but for pictures that are in the text itself.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_WITHIN = "data:image/"
_UPLOADED = "guide:"
# Characters of HTML: many times what 20,000 of the source come to, unless they are written to come to more.
_MOST_HTML = 200_000
# A row of a table gets all cells that the first one has, however few are written.
_MOST_CELLS = 10_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the guide under the address it is fetched by; its size in pixels."""

    url: str
    width: int
    height: int


def render_guide(source: str, *, pictures: Mapping[str, Shown]) -> str:
    """Safe HTML of one guide; `pictures` by what stands for them in it. Of any other its words are shown."""
    html = _html(source, pictures=pictures)
    if html is None:
        words = _("This guide is too large to be shown.")
        html = f"<p><em>{words}</em></p>"
    return html


def guide_in(guide: dict[str, str], language: str) -> str:
    """The guide in the language asked for, else in Chinese, else in English, else in any."""
    texts = {key: text for key, text in guide.items() if isinstance(text, str) and text.strip()}
    for key in (language, "zh-hans", "en", *texts):
        if key in texts:
            return texts[key]
    return ""


def pictures_in(source: str) -> Iterator[str]:
    """The addresses of its pictures, as they stand in it."""
    for token in _inline(_parsed(source)):
        if token.type == "image":
            yield str(token.attrGet("src"))


def faults_in(source: str, *, pictures: Mapping[str, Shown]) -> Iterator[dict[str, str]]:
    """{code, detail} of a guide that nobody would see, or of each such picture; `pictures` of the project."""
    if _html(source, pictures=pictures) is None:
        words = _(
            "The guide is too large: tables of many cells, or long links used many times. Make it shorter."
        )
        yield {"code": "too_large", "detail": words}
        return
    for address in dict.fromkeys(pictures_in(source)):
        if address in pictures:
            continue
        if address.startswith(_WITHIN):
            code = "picture_within"
            words = _("A picture is written into the text itself. Upload it here, and write its address.")
        elif address.startswith(_UPLOADED):
            code, words = (
                "unknown_picture",
                _("This project has no such picture: %(address)s. Upload it first."),
            )
        else:
            code = "external_picture"
            words = _(
                "Annotators cannot see a picture from elsewhere: %(address)s. Upload it here, and write the "
                "address it gets."
            )
        yield {"code": code, "detail": words % {"address": address[:200]}}


def _html(source: str, *, pictures: Mapping[str, Shown]) -> str | None:
    """None if it comes to more than _MOST_HTML or _MOST_CELLS; found out before it takes long."""
    if _cells(source) > _MOST_CELLS:
        return None
    blocks = _parsed(source)
    # An address is written once and may be used by each link and picture.
    if sum(len(str(text)) for token in _inline(blocks) for text in token.attrs.values()) > _MOST_HTML:
        return None
    html = str(_markdown.renderer.render(blocks, _markdown.options, {"pictures": pictures}))
    return html if len(html) <= _MOST_HTML else None


def _parsed(source: str) -> list[Token]:
    return _markdown.parse(source) if _cells(source) <= _MOST_CELLS else []


def _cells(source: str) -> int:
    """At most so many are in its tables: all lines, as wide as the widest that could begin one."""
    lines = source.splitlines()
    return len(lines) * max((line[len(line.rstrip("|:- \t")) :].count("|") for line in lines), default=0)


def _inline(blocks: list[Token]) -> Iterator[Token]:
    return (token for block in blocks for token in block.children or ())


def _image(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    address = str(tokens[at].attrGet("src"))
    words = escapeHtml(self.renderInlineAsText(tokens[at].children, options, env))
    if address.startswith(_WITHIN):
        return f'<img src="{escapeHtml(address)}" alt="{words}" loading="lazy">'
    shown = env["pictures"].get(address)
    if shown is None:
        return f"<em>{words}</em>"
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img src="{escapeHtml(shown.url)}" alt="{words}" {size} loading="lazy">'


_markdown.add_render_rule("image", _image)
