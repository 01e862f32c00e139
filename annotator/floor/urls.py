"""Routes of the floor, mounted at /floor/."""

from __future__ import annotations

from django.urls import path

from annotator.floor import views

urlpatterns = [
    path("", views.dashboard, name="floor"),
    path("live", views.live, name="floor-live"),
    path("throughput.json", views.throughput, name="floor-throughput"),
    path("batches/", views.batches, name="floor-batches"),
    path("people/", views.staff, name="floor-people"),
    path("people/add", views.add_person, name="floor-add-person"),
    path("people/<int:person_id>/", views.person, name="floor-person"),
    path("people/<int:person_id>/pin", views.reset_pin, name="floor-reset-pin"),
    path("people/<int:person_id>/pause", views.pause, name="floor-pause"),
    path("people/<int:person_id>/resume", views.resume, name="floor-resume"),
    path("people/<int:person_id>/release", views.release_leases, name="floor-release"),
    path("reports/", views.reports, name="floor-reports"),
    path("reports/<int:report_id>/handled", views.handle_report, name="floor-handle-report"),
]
