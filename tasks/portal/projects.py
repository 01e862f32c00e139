"""Pages about projects: the list, one project, making and changing it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotator.errors import Forbidden
from annotator.pages import cut, number_in
from clients.access import caller_organizations, client_page
from tasks.access import access_client_project, client_projects
from tasks.batches import open_batch
from tasks.guide_pictures import shown_pictures
from tasks.guides import guide_in, render_guide
from tasks.models import Batch, Job, Project
from tasks.portal.forms import GUIDE_LENGTH, BatchForm, ProjectForm
from tasks.progress import batch_progress
from tasks.projects import change_project, create_project, set_state
from workers.models import Site


@client_page
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    page = cut(request, _with_progress(client_projects(request)).prefetch_related(_sites()))
    several = caller_organizations(request).count() != 1
    return render(request, "portal/projects.html", {"page": page, "several": several})


@client_page
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest) -> HttpResponse:
    organizations = caller_organizations(request)
    if not organizations.exists():
        raise Forbidden(_("You belong to no organization yet. Ask its owner to invite you."))
    form = ProjectForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        organization = form.instance.organization
        project = create_project(organization=organization, fields=form.fields_given(), spec=None)
        messages.success(request, _("The project is made. Now say what may be answered."))
        return redirect("portal-schema", project.id)
    return render(request, "portal/project_form.html", {"form": form})


@client_page
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    form = ProjectForm(request.POST or None, instance=project, organizations=caller_organizations(request))
    if request.method == "POST" and form.is_valid():
        change_project(project=project, fields=form.fields_given())
        messages.success(request, _("Saved."))
        return redirect("portal-project", project.id)
    boot = {"pictures": reverse("guide-pictures", args=[project.id]), "language": get_language()}
    return render(request, "portal/project_form.html", {"form": form, "project": project, "boot": boot})


@client_page
@require_safe
def project_page(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    page = cut(request, Batch.objects.filter(project=project))
    progress = batch_progress([batch.id for batch in page.rows])
    schema = project.schemas.order_by("-version").first()
    guide = guide_in(project.guide, get_language() or "en")
    context = {
        "project": project,
        "page": page,
        "rows": [(batch, progress[batch.id]) for batch in page.rows],
        "schema": schema,
        "sites": list(project.sites.all()[:20]),
        # markdown-it makes it of escaped text; see tasks/guides.py.
        "guide": mark_safe(render_guide(guide, pictures=shown_pictures(project_id=project.id))),  # noqa: S308
        "form": BatchForm(),
    }
    return render(request, "portal/project.html", context)


@client_page
@require_POST
def project_state(request: HttpRequest, project_id: int) -> HttpResponse:
    """`to` = open, paused or closed."""
    project = access_client_project(request, project_id)
    set_state(project=project, to=request.POST.get("to", ""))
    return redirect("portal-project", project.id)


@client_page
@require_POST
def batch_new(request: HttpRequest, project_id: int) -> HttpResponse:
    project = access_client_project(request, project_id)
    form = BatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A batch needs a name of at most 120 letters."))
        return redirect("portal-project", project.id)
    batch, is_new = open_batch(project=project, name=form.cleaned_data["name"], priority=0)
    if not is_new:
        messages.info(request, _("There is a batch of this name already; this is it."))
    return redirect("portal-batch", batch.id)


@client_page
@require_POST
def guide_preview(request: HttpRequest) -> HttpResponse:
    """What annotators will see of the Markdown in the field that `?of=` names; `project` has its pictures."""
    source = request.POST.get(request.GET.get("of", ""), "")
    said = number_in(request, "project")
    project_id = None if said is None else access_client_project(request, said).id
    pictures = shown_pictures(project_id=project_id)
    return HttpResponse(render_guide(source[:GUIDE_LENGTH], pictures=pictures))


def _sites() -> Prefetch[str]:
    return Prefetch("sites", queryset=Site.objects.order_by("name"))


def _with_progress(projects: QuerySet[Project]) -> QuerySet[Project]:
    """tasks, settled, disputed from the counters of jobs, and the number of batches."""
    jobs = Job.objects.filter(batch__project=OuterRef("id")).order_by().values("batch__project")
    sums = {
        name: Coalesce(Subquery(jobs.annotate(sum=Sum(counter)).values("sum")), 0)
        for name, counter in [("tasks", "ready"), ("settled", "settled"), ("disputed", "disputed")]
    }
    return projects.select_related("organization").annotate(
        **sums, batch_count=Count("batches", distinct=True), schema_count=Count("schemas", distinct=True)
    )
