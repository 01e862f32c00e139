"""The client's page of what a project wants: quality, gold and practice, rules, and the forecast."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotator.pages import cut, number_in
from clients.access import client_page
from review import gold
from review.adaptive import Wanted
from review.api.gold import shown
from review.consequences import Action, set_rules
from review.models import CheckPolicy, Quality
from review.portal.summary import Names
from review.quality import batch_forecast, project_forecast, set_wanted
from review.spot_checks import policy_of, set_policy
from tasks.access import access_client_batch, access_client_project
from tasks.delivery import image_url
from tasks.models import Batch, GoldTask, Project
from tasks.pointed import MAX_ITEMS, read_pointed
from tasks.projects import change_project

PAGE = 48
SHOWN_FAULTS = 5
IMAGES = 1000  # what the forecast is for, where nobody says


def share(label: Any, help_text: Any = "", most: float = 0.9999) -> forms.FloatField:
    return forms.FloatField(
        label=label, help_text=help_text, required=False, min_value=0.0, max_value=most,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )  # fmt: skip


class QualityForm(forms.Form):
    accuracy = share(
        _("Confidence wanted of each image"),
        _("From 0 to 1, such as 0.95. Answers are asked for until it is reached, up to your maximum."),
    )
    iou = share(
        _("Expected IoU wanted of each shape"),
        _("From 0 to 1. How near the drawn shapes must be to the true ones."),
    )
    trusts_predictions = forms.BooleanField(
        label=_("One answer is enough where a trusted annotator confirms a confident prediction"),
        required=False,
    )
    gold_rate = share(
        _("Share of gold"),
        _("From 0 to 0.5, such as 0.05: so much of everybody's work has a known answer."),
        0.5,
    )
    practice_pass_mark = share(
        _("Mark to pass practice"), _("From 0 to 1. Empty: newcomers begin without practice.")
    )
    check_rate = share(
        _("Share to check"),
        _("From 0 to 1, such as 0.05: so much of what is settled is looked at by a reviewer."),
        1.0,
    )
    checks_hold = forms.BooleanField(
        label=_("Batches and releases wait until what was drawn is checked"), required=False
    )
    check_again = forms.ChoiceField(
        label=_("Rejected work is done again by"), choices=CheckPolicy.Again.choices, required=False
    )
    notify_below = share(_("Tell the supervisor below"), most=1.0)
    notify_over = forms.IntegerField(label=_("over the last"), required=False, min_value=1, max_value=200)
    practice_below = share(_("Back to practice below"), most=1.0)
    practice_over = forms.IntegerField(label=_("over the last"), required=False, min_value=1, max_value=200)
    pause_below = share(_("Pause the person below"), most=1.0)
    pause_over = forms.IntegerField(label=_("over the last"), required=False, min_value=1, max_value=200)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for action in Action.values:
            if bool(cleaned.get(f"{action}_below")) != bool(cleaned.get(f"{action}_over")):
                self.add_error(f"{action}_over", _("A rule needs both numbers, or neither."))
        return cleaned

    def rules(self) -> list[tuple[Action, float, int]]:
        given = self.cleaned_data
        named = [
            (Action(action), given[f"{action}_below"], given[f"{action}_over"]) for action in Action.values
        ]
        return [rule for rule in named if rule[1] and rule[2]]


class KnownForm(forms.Form):
    kind = forms.ChoiceField(label=_("What for"), choices=GoldTask.Kind.choices)
    file = forms.FileField(
        label=_("JSON file"),
        help_text=_(
            "A list of objects with the image's name and a payload with tags and shapes, as the API takes."
        ),
    )


@client_page
@require_http_methods(["GET", "POST"])
def project_quality(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    form = QualityForm(request.POST if request.method == "POST" else None, initial=_initial(project))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = Wanted(given["accuracy"] or None, given["iou"] or None, given["trusts_predictions"])
        set_wanted(project=project, wanted=wanted)
        terms = {
            "gold_rate": given["gold_rate"] or 0.0,
            "practice_pass_mark": given["practice_pass_mark"] or None,
        }
        change_project(project=project, fields=terms)
        set_rules(project=project, rules=form.rules())
        set_policy(
            project=project,
            seed=random.SystemRandom().getrandbits(62),
            rate=given["check_rate"] or 0.0,
            holds=given["checks_hold"],
            again=given["check_again"] or CheckPolicy.Again.OTHERS,
        )
        messages.success(request, _("Saved."))
        return redirect("portal-quality", project.id)
    images = min(max(number_in(request, "images") or IMAGES, 1), 10**9)
    page = cut(request, gold.gold_of(project).order_by(), size=PAGE)
    forecast = shown(project_forecast(project=project, images=images), project=project)
    context = {
        "project": project,
        "form": form,
        "rules": [(form[f"{action}_below"], form[f"{action}_over"]) for action in Action.values],
        "known": KnownForm(),
        "batches": list(Batch.objects.filter(project=project).order_by("-id")[:50]),
        "images": images,
        "forecast": forecast,
        "page": page,
        "cards": [_card(row) for row in page.rows],
    }
    return render(request, "portal/quality.html", context)


@client_page
@require_POST
def known_answers(request: HttpRequest, project_id: int) -> HttpResponse:
    """A file of known answers to images of one batch."""
    project = access_client_project(request, project_id)
    batch = access_client_batch(request, number_of(request.POST.get("batch", "")))
    form = KnownForm(request.POST, request.FILES)
    items = _items(form) if form.is_valid() and batch.project_id == project.id else None
    if items is None:
        messages.error(request, _("This is no list of known answers: JSON with at most 1000 objects."))
        return redirect("portal-quality", project.id)
    outcomes = gold.supply_gold(
        batch=batch,
        kind=GoldTask.Kind(form.cleaned_data["kind"]),
        items=[read_pointed(item) for item in items],
        by=request.user if request.user.is_authenticated else None,
        rng=random.SystemRandom(),
    )
    refused = [outcome for outcome in outcomes if outcome.status == "refused"]
    messages.success(request, _("%(n)s known answers were taken.") % {"n": len(outcomes) - len(refused)})
    for number, outcome in enumerate(outcomes, 1):
        if outcome in refused[:SHOWN_FAULTS]:
            messages.error(request, f"{number}. {outcome.detail} {outcome.where}".strip())
    return redirect("portal-quality", project.id)


@client_page
@require_POST
def retire_gold(request: HttpRequest, project_id: int, task_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    gold.retire(project=project, task_id=task_id, now=timezone.now())
    return redirect("portal-quality", project.id)


@client_page
@require_safe
def batch_cost(request: HttpRequest, batch_id: int) -> HttpResponse:
    """A part of the batch's page: what it takes in all, and what that costs."""
    batch = access_client_batch(request, batch_id)
    forecast = shown(batch_forecast(batch=batch), project=batch.project)
    return render(request, "portal/batch_forecast.html", {"batch": batch, "forecast": forecast})


def number_of(text: str) -> int:
    """The row's number that a form names, or one that no row has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _items(form: KnownForm) -> list[dict[str, Any]] | None:
    try:
        items = msgspec.json.decode(form.cleaned_data["file"].read(), type=list[dict[str, Any]])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return items if 0 < len(items) <= MAX_ITEMS else None


def _initial(project: Project) -> dict[str, Any]:
    wanted = Quality.objects.filter(project=project).first()
    rules = {rule.action: rule for rule in project.gold_rules.all()}
    checks = policy_of(project)
    return {
        "accuracy": wanted and wanted.accuracy,
        "iou": wanted and wanted.iou,
        "trusts_predictions": wanted is not None and wanted.trusts_predictions,
        "gold_rate": project.gold_rate or None,
        "practice_pass_mark": project.practice_pass_mark,
        "check_rate": checks.rate or None,
        "checks_hold": checks.holds,
        "check_again": checks.again,
        **{f"{action}_below": rule.below for action, rule in rules.items()},
        **{f"{action}_over": rule.over for action, rule in rules.items()},
    }


def _card(row: GoldTask) -> dict[str, Any]:
    names = Names(row.task.schema.spec)
    return {
        "gold": row,
        "image": row.task.image,
        "thumb": image_url(row.task.image, "grid"),
        "shapes": names.drawn(row.payload),
    }
