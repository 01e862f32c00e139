"""`manage.py messages`: bring the translations up to date; `--compile`: make what Django reads."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from annotator import messages


class Command(BaseCommand):
    help = "Update the zh-Hans catalogue from the sources, and compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only compile")
        parser.add_argument("additions", nargs="*", type=Path, help=".po files to take translations from")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compile"]:
            messages.update(additions=options["additions"])
            for text in messages.untranslated():
                self.stdout.write(f"untranslated: {text}")
        messages.compile_catalogue()
