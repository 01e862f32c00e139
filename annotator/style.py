"""The page that shows every component in every state: what a change of the face is looked at on."""

from __future__ import annotations

import re
import time

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

TOKENS = [
    "page", "surface", "sunken", "raised", "line", "line-strong", "ink", "ink-soft", "ink-faint", "link",
    "primary", "primary-strong", "hover", "selected", "focus", "accent", "bar", "wheat",
    "good", "good-soft", "warn", "warn-soft", "bad", "bad-soft", "info", "info-soft",
]  # fmt: skip
ICONS = re.findall(r'<symbol id="([a-z]+)"', (settings.BASE_DIR / "static/img/icons.svg").read_text())


class SampleForm(forms.Form):
    """One field of each kind, so that the form templates are seen with real widgets."""

    name = forms.CharField(label=_("Name"), help_text=_("As it should appear in reports."))
    overlap = forms.IntegerField(label=_("Answers per image"), min_value=1, max_value=9)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("box", _("Boxes")), ("tag", _("Tags"))])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mode = forms.ChoiceField(
        label=_("Mode"), choices=[("work", _("Work")), ("practice", _("Practice"))], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label=_("Tell me when it is done"), required=False)


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    now = int(time.time()) // 3600 * 3600
    hours = [now - 3600 * back for back in range(11, -1, -1)]
    chart = {
        "times": hours,
        "series": [
            {
                "name": str(_("Submissions")),
                "values": [120, 168, 240, 310, 295, 60, 210, 330, 342, 318, 287, 140],
            }
        ],
    }
    context = {
        "trail": [(_("Start"), "/")],
        "tokens": TOKENS,
        "icons": ICONS,
        "chart": chart,
        "form": SampleForm(initial={"name": "Orchard 7"}),
        "faulty": SampleForm(
            {"faulty-overlap": "12", "faulty-kind": "box", "faulty-mode": "work"}, prefix="faulty"
        ),
    }
    return render(request, "style/style.html", context)
