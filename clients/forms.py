"""Forms of the portal's own organization pages."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Membership, Organization


class OwnedForm(forms.Form):
    """Asks for the organization only where somebody owns more than one."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Organization"), empty_label=None
    )

    def __init__(self, *args: Any, owned: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owned = list(owned[:50])
        if len(self.owned) == 1:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = owned  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Organization:
        """The organization meant, after is_valid()."""
        return self.cleaned_data["organization"] if "organization" in self.fields else self.owned[0]


class KeyForm(OwnedForm):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What the key is for, so that you know it again.")
    )
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day it works; empty: until you revoke it."),
    )
    field_order = ["organization", "name", "expires_on"]

    @property
    def expires_at(self) -> datetime | None:
        """The end of the day chosen, in the installation's time zone."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class EndpointForm(OwnedForm):
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/labelmill"}),
    )
    field_order = ["organization", "url"]


class InviteForm(OwnedForm):
    name = forms.CharField(label=_("Full name"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail"), max_length=64, help_text=_("Also the name to sign in with. A letter goes there.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role, initial=Membership.Role.MEMBER)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ["organization", "name", "email", "role", "language"]
