"""What the operator manages of people and sites. The ledger only grows: what is added is a correction."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from workers import earnings
from workers.models import Earning, Person, Site


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin[Site]):
    list_display = ["name", "code", "timezone"]
    search_fields = ["name", "code"]


@admin.register(Person)
class PersonAdmin(UserAdmin[Person]):
    list_display = ["username", "display_name", "role", "site", "is_active", "paused_at"]
    list_filter = ["role", "site", "is_active"]
    list_select_related = ["site"]
    search_fields = ["username", "display_name", "email"]
    ordering = ["username"]
    readonly_fields = ["last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["username", "password", "display_name", "email", "language", "theme"]}),
        (None, {"fields": ["role", "site", "skills", "is_active", "paused_at", "is_staff", "is_superuser"]}),
        (None, {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["username", "display_name", "role", "site", "language", "password1", "password2"]},
        ),
    ]
    filter_horizontal = ()


@admin.register(Earning)
class EarningAdmin(admin.ModelAdmin[Earning]):
    list_display = ["created_at", "person", "project", "kind", "amount", "currency", "note"]
    list_filter = ["kind"]
    list_select_related = ["person", "project"]
    show_full_result_count = False
    raw_id_fields = ["person", "project"]

    def get_fields(self, request: HttpRequest, obj: Earning | None = None) -> list[Any]:
        given = ["person", "project", "amount", "currency", "note"]
        return given if obj is None else ["created_at", "kind", "submission", *given]

    def save_model(self, request: HttpRequest, obj: Earning, form: ModelForm[Earning], change: bool) -> None:
        """A negative amount is a deduction; the person's figures of the hour follow."""
        kept = earnings.correct(
            person_id=obj.person_id,
            project_id=obj.project_id,
            amount=obj.amount,
            currency=obj.currency,
            note=obj.note,
        )
        obj.pk = kept.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
