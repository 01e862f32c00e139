"""Text of strangers in a CSV file, which its reader may open with a spreadsheet. Without Django."""

from __future__ import annotations

# What a spreadsheet takes for the beginning of a formula or a command, full-width signs too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def safe_text(text: str) -> str:
    """Led by an apostrophe where it would be run as a formula: so it is shown as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def bare_text(text: str) -> str:
    """The text that `safe_text` made safe."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
