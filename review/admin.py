"""What the operator decides about checking: how much of a project, and what follows for pay."""

from __future__ import annotations

import random
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from review.models import CheckPolicy


@admin.register(CheckPolicy)
class CheckPolicyAdmin(admin.ModelAdmin[CheckPolicy]):
    list_display = ["project", "rate", "pay", "again", "holds"]
    list_select_related = ["project"]
    fields = ["project", "rate", "seed", "pay", "again", "holds"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A seed that nobody guesses."""
        return {"seed": random.SystemRandom().getrandbits(62)}
