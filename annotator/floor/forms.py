"""Forms of the floor."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from tasks.models.routing import HIGHEST, LOWEST
from workers.models import SKILL_LENGTH, Person, skill_rule, username_rule


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


class ReserveForm(forms.Form):
    """How many jobs; none: all that are left."""

    count = forms.IntegerField(min_value=1, max_value=100_000, required=False)


class RankForm(forms.Form):
    """The site's priority of a batch; none: the client's."""

    priority = forms.IntegerField(min_value=LOWEST, max_value=HIGHEST, required=False)


class SkillsForm(forms.Form):
    skills = forms.CharField(
        label=_("Skills"),
        required=False,
        max_length=1000,
        help_text=_("Words of the projects that need them, with spaces between."),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_skills(self) -> list[str]:
        words = self.cleaned_data["skills"].lower().replace(",", " ").replace("，", " ").split()
        for word in words:
            skill_rule(word)
            if len(word) > SKILL_LENGTH:
                raise forms.ValidationError(_("A skill has at most %(n)d letters.") % {"n": SKILL_LENGTH})
        return sorted(set(words))
