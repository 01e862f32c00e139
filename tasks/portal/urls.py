"""The client's pages about projects, label schemas and batches, below /portal/."""

from __future__ import annotations

from django.urls import path

from tasks.portal import batches, doors, projects, schemas

urlpatterns = [
    path("", projects.project_list, name="portal-projects"),
    path("projects/new", projects.project_new, name="portal-project-new"),
    path("projects/guide-preview", projects.guide_preview, name="portal-guide-preview"),
    path("projects/<int:project_id>/", projects.project_page, name="portal-project"),
    path("projects/<int:project_id>/edit", projects.project_edit, name="portal-project-edit"),
    path("projects/<int:project_id>/state", projects.project_state, name="portal-project-state"),
    path("projects/<int:project_id>/schema", schemas.schema_editor, name="portal-schema"),
    path("projects/<int:project_id>/batches", projects.batch_new, name="portal-batch-new"),
    path("projects/<int:project_id>/model", doors.door_page, name="portal-door"),
    path("projects/<int:project_id>/model/change", doors.door_change, name="portal-door-change"),
    path("batches/<int:batch_id>/prelabel", doors.door_prelabel, name="portal-door-prelabel"),
    path("batches/<int:batch_id>/", batches.batch_page, name="portal-batch"),
    path("batches/<int:batch_id>/live", batches.batch_live, name="portal-batch-live"),
    path("batches/<int:batch_id>/close", batches.batch_close, name="portal-batch-close"),
    path("batches/<int:batch_id>/report", batches.batch_report, name="portal-batch-report"),
    path("batches/<int:batch_id>/report.csv", batches.batch_report_csv, name="portal-batch-report-csv"),
]
