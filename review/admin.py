"""What the operator decides about checking: how much of a project, and what follows for pay."""

from __future__ import annotations

from django.contrib import admin

from review.models import CheckPolicy


@admin.register(CheckPolicy)
class CheckPolicyAdmin(admin.ModelAdmin[CheckPolicy]):
    list_display = ["project", "rate", "pay"]
    list_select_related = ["project"]
    fields = ["project", "rate", "seed", "pay"]
