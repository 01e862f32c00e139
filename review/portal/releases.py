"""Pages of releases: asking for one, watching it being built, downloading its files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from annotator.pages import cut, number_in
from annotator.wake import wake
from clients.access import client_page
from review.api.serializers import progress_of
from review.builder import ANSWERS, CROPS
from review.formats import FORMATS
from review.jobs import build_releases
from review.models import Release
from review.options import Options
from review.releases import access_release, client_releases, request_release
from tasks.access import client_projects
from tasks.models import Batch, Project

PAGE = 20
CHOICES = 500
MOVING = [Release.State.PENDING, Release.State.BUILDING]


class ReleaseForm(forms.Form):
    project = forms.ModelChoiceField(Project.objects.none(), label=gettext_lazy("Project"), empty_label=None)
    batch = forms.ModelChoiceField(
        Batch.objects.none(),
        label=gettext_lazy("Images of"),
        required=False,
        empty_label=gettext_lazy("the whole project"),
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        choices=[(key, one.title) for key, one in FORMATS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=["coco"],
    )
    val = forms.IntegerField(
        label=gettext_lazy("Per cent for validation"), min_value=0, max_value=99, initial=0, required=False
    )
    test = forms.IntegerField(
        label=gettext_lazy("Per cent for testing"), min_value=0, max_value=99, initial=0, required=False
    )
    stratified = forms.BooleanField(
        label=gettext_lazy("Each class in these shares"),
        required=False,
    )
    min_confidence = forms.FloatField(
        label=gettext_lazy("Least confidence, 0 to 1"), min_value=0, max_value=1, initial=0, required=False
    )
    raw_answers = forms.BooleanField(label=gettext_lazy("Every annotator's answers as well"), required=False)
    images = forms.BooleanField(label=gettext_lazy("Copies of the images as well"), required=False)
    image_links = forms.BooleanField(label=gettext_lazy("Links to the images in the list"), required=False)
    crops = forms.BooleanField(label=gettext_lazy("Each object cut out of its image"), required=False)
    crop_masks = forms.BooleanField(label=gettext_lazy("Each object's mask as a small image"), required=False)

    def __init__(
        self, *args: Any, projects: QuerySet[Project], project: Project | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects.order_by("name")  # type: ignore[attr-defined]
        batches = Batch.objects.filter(project__in=projects)
        # The list shows the batches of the project chosen; clean() checks that the two go together.
        shown = batches.filter(project=project) if project else batches
        self.fields["batch"].queryset = shown.order_by("-id")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        batch, project = cleaned.get("batch"), cleaned.get("project")
        if batch and project and batch.project_id != project.id:
            self.add_error("batch", _("This batch belongs to another project."))
        if (cleaned.get("val") or 0) + (cleaned.get("test") or 0) > 99:
            self.add_error("test", _("Leave some images for training."))
        return cleaned

    def options(self) -> Options:
        asked = self.cleaned_data
        val, test = asked["val"] or 0, asked["test"] or 0
        return Options(
            splits=(100 - val - test, val, test),
            stratified=asked["stratified"],
            min_confidence=asked["min_confidence"] or 0.0,
            raw_answers=asked["raw_answers"],
            images=asked["images"],
            image_links=asked["image_links"],
            crops=asked["crops"],
            crop_masks=asked["crop_masks"],
        )


@client_page
@require_http_methods(["GET", "POST"])
def release_list(request: HttpRequest) -> HttpResponse:
    """All releases, or those of `?project=`; POST asks for a new one."""
    projects = client_projects(request)
    asked = number_in(request, "project")
    project = projects.filter(id=asked).first() if asked is not None else None
    initial = {"project": project, "batch": request.GET.get("batch")}
    form = ReleaseForm(request.POST or None, projects=projects, project=project, initial=initial)
    if request.method == "POST" and form.is_valid():
        release = request_release(
            project=form.cleaned_data["project"],
            batch=form.cleaned_data["batch"],
            formats=form.cleaned_data["formats"],
            options=form.options(),
            person=request.user if request.user.is_authenticated else None,
        )
        wake(build_releases)
        messages.success(request, _("Version %(version)s is being built.") % {"version": release.version})
        return redirect("portal-release", release.id)
    releases = client_releases(request)
    page = cut(request, releases.filter(project=project) if project else releases, size=PAGE)
    context = {
        "page": page,
        "form": form,
        "project": project,
        "projects": list(projects.order_by("name")[:CHOICES]),
        "rows": [(release, progress_of(release)) for release in page.rows],
        "is_open": form.is_bound or "batch" in request.GET,
    }
    return render(request, "portal/releases.html", context)


@client_page
@require_safe
def release_page(request: HttpRequest, release_id: int) -> HttpResponse:
    release = access_release(request, release_id)
    before = client_releases(request).filter(
        project=release.project_id, batch=release.batch_id, version__lt=release.version, contents__gt=""
    )
    previous = before.order_by("-version").values_list("id", flat=True).first()
    return render(request, "portal/release.html", {**_now(release), "previous": previous})


@client_page
@require_safe
def release_live(request: HttpRequest, release_id: int) -> HttpResponse:
    """The part of the page that changes until the release is ready."""
    release = access_release(request, release_id)
    return render(request, "portal/release_live.html", _now(release))


def _now(release: Release) -> dict[str, object]:
    titles = {key: one.title for key, one in FORMATS.items()}
    titles[ANSWERS] = _("Every answer, JSON Lines")
    titles[CROPS] = _("Objects cut out of their images")
    manifest = _("Manifest: every file with its digest")
    files = release.files.order_by("id") if release.state == Release.State.READY else []
    return {
        "release": release,
        "formats": [titles.get(key, key) for key in release.formats],
        "files": [(file, titles.get(file.format, manifest)) for file in files],
        "whole": release.total * len(release.formats),
        "is_moving": release.state in MOVING,
    }
