"""Forms of the client's project and batch pages. The rules are the models' own."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.models import Organization
from tasks.guide_pictures import shown_pictures
from tasks.guides import faults_in
from tasks.models import Project
from tasks.models.projects import VERIFICATION_RULE

GUIDE_LENGTH = 20_000
_guide_widget = forms.Textarea(attrs={"rows": 12, "class": "mono"})


class ProjectForm(forms.ModelForm[Project]):
    guide_zh = forms.CharField(
        label=_("Guide in Chinese"), required=False, max_length=GUIDE_LENGTH, widget=_guide_widget
    )
    guide_en = forms.CharField(
        label=_("Guide in English"), required=False, max_length=GUIDE_LENGTH, widget=_guide_widget
    )
    lease_minutes = forms.IntegerField(
        label=_("Lease, minutes"),
        min_value=1,
        max_value=7 * 24 * 60,
        help_text=_("How long one person may hold an image before somebody else gets it."),
    )
    currency = forms.CharField(
        label=_("Currency"),
        initial="CNY",
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as CNY."))],
    )

    class Meta:
        model = Project
        fields = [
            "organization",
            "name",
            "overlap",
            "max_overlap",
            "settle_threshold",
            "verifies",
            "price",
            "currency",
        ]
        help_texts = {
            "overlap": _("Different people who answer each image."),
            "max_overlap": _("How many may be asked where they differ. More people cost more."),
            "settle_threshold": _(
                "From 0 to 1. Less sure answers are asked again, then settled by a reviewer."
            ),
            "verifies": _(
                "The second person sees the first one's answer and judges it by one key: right, wrong, or "
                "put right. Faster, and less independent."
            ),
            "price": _("Paid for every answer."),
        }
        labels = {
            "organization": _("Organization"),
            "overlap": _("Answers to each image"),
            "max_overlap": _("Answers at most"),
            "settle_threshold": _("Confidence wanted"),
            "verifies": _("Later people verify"),
            "price": _("Price an answer"),
        }

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = list(organizations[:50])
        if self.instance.pk or len(self.mine) == 1:
            del self.fields["organization"]
            if not self.instance.pk:
                self.instance.organization = self.mine[0]
        else:
            self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
        self.fields["lease_minutes"].initial = -(-self.instance.lease_seconds // 60)
        self.fields["guide_zh"].initial = self.instance.guide.get("zh-hans", "")
        self.fields["guide_en"].initial = self.instance.guide.get("en", "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        overlap, most = cleaned.get("overlap"), cleaned.get("max_overlap")
        if cleaned.get("verifies") and overlap and most and not (overlap == 1 and most >= 2):
            self.add_error("verifies", VERIFICATION_RULE)
        if overlap and most and overlap > most:
            self.add_error("max_overlap", _("At least as many as the answers to each image."))
        organization = cleaned.get("organization", getattr(self.instance, "organization", None))
        same = Project.objects.filter(organization=organization, name=cleaned.get("name", ""))
        if same.exclude(id=self.instance.pk).exists():
            self.add_error("name", _("You have a project of this name already."))
        guide = {"zh-hans": cleaned.get("guide_zh", ""), "en": cleaned.get("guide_en", "")}
        pictures = shown_pictures(project_id=self.instance.pk)
        for field in ("guide_zh", "guide_en"):
            for fault in islice(faults_in(cleaned.get(field, ""), pictures=pictures), 20):
                self.add_error(field, fault["detail"])
        self.instance.guide = {language: text for language, text in guide.items() if text.strip()}
        self.instance.lease_seconds = cleaned.get("lease_minutes", 15) * 60
        return cleaned

    def fields_given(self) -> dict[str, Any]:
        """The project's own fields, after is_valid()."""
        names = ["name", "overlap", "max_overlap", "settle_threshold", "verifies", "price", "currency"]
        return {name: getattr(self.instance, name) for name in [*names, "lease_seconds", "guide"]}


class BatchForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example the day or the source."))
