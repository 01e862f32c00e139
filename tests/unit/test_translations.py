"""Chinese and English are both complete: a string without its translation fails here."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from annotator import messages


def test_every_string_is_translated() -> None:
    assert messages.untranslated() == []


def test_extraction_sees_python_and_templates() -> None:
    extracted = list(messages.extracted())
    files = {file for message in extracted for file, _line in message.locations}
    assert "There is no such object here." in {message.id for message in extracted}
    assert any(file.startswith("templates/") for file in files)


def test_placeholders_survive_translation() -> None:
    for message in messages.translated():
        if message.id and message.python_format:
            assert not [str(error) for error in message.check()], message.id


def test_a_translation_reaches_the_reader() -> None:
    with translation.override("zh-hans"):
        assert gettext("There is no such object here.") != "There is no such object here."
    assert {code for code, _ in settings.LANGUAGES} == {"en", "zh-hans"}
