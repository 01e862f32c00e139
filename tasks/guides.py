"""A project's guide: Markdown of the client's, shown to annotators as HTML that can do no harm."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Raw HTML in the source is shown as text; markdown-it refuses javascript:, vbscript:, file: and data: links,
# but for small pictures that are in the text itself.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_WITHIN = "data:image/"
_UPLOADED = "guide:"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the guide under the address it is fetched by; its size in pixels."""

    url: str
    width: int
    height: int


def render_guide(source: str, *, pictures: Mapping[str, Shown]) -> str:
    """Safe HTML of one guide; `pictures` by what stands for them in it. Of any other its words are shown."""
    return str(_markdown.render(source, {"pictures": pictures}))


def guide_in(guide: dict[str, str], language: str) -> str:
    """The guide in the language asked for, else in Chinese, else in English, else in any."""
    texts = {key: text for key, text in guide.items() if isinstance(text, str) and text.strip()}
    for key in (language, "zh-hans", "en", *texts):
        if key in texts:
            return texts[key]
    return ""


def pictures_in(source: str) -> Iterator[str]:
    """The addresses of its pictures, as they stand in it."""
    for block in _markdown.parse(source):
        for token in block.children or ():
            if token.type == "image":
                yield str(token.attrGet("src"))


def faults_in(source: str, *, known: Container[str]) -> list[dict[str, str]]:
    """{code, detail} of each picture that nobody would see; `known` are the project's own."""
    faults = []
    for address in dict.fromkeys(pictures_in(source)):
        if address in known or address.startswith(_WITHIN):
            continue
        if address.startswith(_UPLOADED):
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
        faults.append({"code": code, "detail": words % {"address": address[:200]}})
    return faults


def _image(
    self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    address = str(tokens[at].attrGet("src"))
    words = escapeHtml(self.renderInlineAsText(tokens[at].children, options, env))
    if address.startswith(_WITHIN):
        return f'<img src="{escapeHtml(address)}" alt="{words}">'
    shown = env["pictures"].get(address)
    if shown is None:
        return f"<em>{words}</em>"
    size = f'width="{shown.width}" height="{shown.height}"'
    return f'<img src="{escapeHtml(shown.url)}" alt="{words}" {size} loading="lazy">'


_markdown.add_render_rule("image", _image)
