"""Forms of the floor."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from workers.models import Person, username_rule


class LoginName(forms.CharField):
    """Typed in any case, kept in lower case."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()


class PersonForm(forms.ModelForm[Person]):
    username = LoginName(
        label=_("Login name"),
        max_length=64,
        validators=[username_rule],
        help_text=_("What the person types to sign in: letters, digits, dots and dashes."),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Person
        fields = ["display_name", "username", "language"]
        labels: ClassVar = {"display_name": _("Full name")}

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if Person.objects.filter(username=username).exists():
            raise forms.ValidationError(_("Somebody already has this login name; choose another."))
        return username
