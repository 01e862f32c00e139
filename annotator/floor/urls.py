"""Routes of the floor, mounted at /floor/."""

from __future__ import annotations

from django.urls import path

from annotator.floor import checks, order, views

urlpatterns = [
    path("", views.dashboard, name="floor"),
    path("live", views.live, name="floor-live"),
    path("throughput.json", views.throughput, name="floor-throughput"),
    path("batches/", views.batches, name="floor-batches"),
    path("batches/<int:batch_id>/reserve", order.reserve, name="floor-reserve"),
    path("batches/<int:batch_id>/take-back", order.take_back, name="floor-take-back"),
    path("batches/<int:batch_id>/priority", order.rank, name="floor-rank"),
    path("projects/<int:project_id>/pause", order.pause_project, name="floor-pause-project"),
    path("projects/<int:project_id>/resume", order.resume_project, name="floor-resume-project"),
    path("people/", views.staff, name="floor-people"),
    path("people/add", views.add_person, name="floor-add-person"),
    path("people/<int:person_id>/", views.person, name="floor-person"),
    path("people/<int:person_id>/skills", order.skills, name="floor-skills"),
    path("people/<int:person_id>/pin", views.reset_pin, name="floor-reset-pin"),
    path("people/<int:person_id>/pause", views.pause, name="floor-pause"),
    path("people/<int:person_id>/resume", views.resume, name="floor-resume"),
    path("people/<int:person_id>/release", views.release_leases, name="floor-release"),
    path("people/<int:person_id>/checks", checks.person_checks, name="floor-person-checks"),
    path("people/<int:person_id>/let-in/<int:project_id>", checks.let_in, name="floor-let-in"),
    path("notices", checks.notice_list, name="floor-notices"),
    path("notices/read", checks.read_notices, name="floor-notices-read"),
    path("reports/", views.reports, name="floor-reports"),
    path("reports/<int:report_id>/handled", views.handle_report, name="floor-handle-report"),
]
