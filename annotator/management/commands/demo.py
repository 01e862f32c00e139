"""`manage.py demo`: load the demonstration once; print its sign-ins each time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from annotator.demo.cast import PEOPLE, make_demo
from annotator.demo.load import load_photographs
from workers.auth import HOMES


class Command(BaseCommand):
    help = "Load the demonstration (organization, site, people, projects, photographs)."

    def handle(self, *args: Any, **options: Any) -> None:
        demo = make_demo(settings.STATE_DIR / "demo.json")
        folder = os.environ.get("LABELMILL_DEMO_IMAGES")
        for project in demo.projects:
            load_photographs(project=project, folder=Path(folder) if folder else None, now=timezone.now())
        self.stdout.write(f"{'who':<12} {'sign-in':<12} {'PIN or password':<16} page")
        for username, _name, role in PEOPLE:
            secret = demo.sign_ins[username]
            self.stdout.write(f"{role.value:<12} {username:<12} {secret:<16} {HOMES[role]}")
        self.stdout.write(f"{'script':<12} {'API key':<12} {demo.api_key}")
