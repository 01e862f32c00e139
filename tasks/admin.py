"""What the operator manages of projects: above all, which sites work on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tasks.models import Project


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display = ["name", "organization", "state", "overlap", "price", "currency", "priority"]
    list_filter = ["state", "organization"]
    list_select_related = ["organization"]
    search_fields = ["name"]
    filter_horizontal = ["sites"]
    fields = ["organization", "name", "state", "priority", "sites", "skills", "language", "overlap",
              "max_overlap", "settle_threshold", "lease_seconds", "hold_limit", "gold_rate",
              "practice_pass_mark", "price", "currency"]  # fmt: skip
    # The state changes in the portal alone (tasks/projects.py), which tells whom it concerns.
    readonly_fields = ["organization", "state"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Clients create their projects, by API or page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was asked, answered and paid stays on record; close a project instead."""
        return False
