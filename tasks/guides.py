"""A project's guide: Markdown of the client's, shown to annotators as HTML that can do no harm."""

from __future__ import annotations

from markdown_it import MarkdownIt

# Raw HTML in the source is shown as text; markdown-it refuses javascript:, vbscript:, file: and data: links.
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render_guide(source: str) -> str:
    """Safe HTML of one guide."""
    return str(_markdown.render(source))


def guide_in(guide: dict[str, str], language: str) -> str:
    """The guide in the language asked for, else in Chinese, else in English, else in any."""
    texts = {key: text for key, text in guide.items() if isinstance(text, str) and text.strip()}
    for key in (language, "zh-hans", "en", *texts):
        if key in texts:
            return texts[key]
    return ""
