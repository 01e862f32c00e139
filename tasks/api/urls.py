from __future__ import annotations

from django.urls import path

from tasks.api import batches, doors, guides, predictions, projects, uploads

urlpatterns = [
    path("projects", projects.Projects.as_view(), name="projects"),
    path("projects/<int:project_id>", projects.OneProject.as_view(), name="project"),
    path("projects/<int:project_id>/schemas", projects.Schemas.as_view(), name="project-schemas"),
    path("projects/<int:project_id>/guide", guides.OneGuide.as_view(), name="project-guide"),
    path("projects/<int:project_id>/guide/pictures", guides.GuidePictures.as_view(), name="guide-pictures"),
    path(
        "projects/<int:project_id>/guide/pictures/<str:sha256>",
        guides.OneGuidePicture.as_view(),
        name="guide-picture",
    ),
    path("projects/<int:project_id>/batches", batches.Batches.as_view(), name="project-batches"),
    path("projects/<int:project_id>/model", doors.Door.as_view(), name="project-model"),
    path("batches/<int:batch_id>/prelabel", doors.Prelabel.as_view(), name="batch-prelabel"),
    path("batches/<int:batch_id>", batches.OneBatch.as_view(), name="batch"),
    path("batches/<int:batch_id>/images", uploads.Images.as_view(), name="batch-files"),
    path("batches/<int:batch_id>/archives", uploads.Archives.as_view(), name="batch-archives"),
    path("batches/<int:batch_id>/close", batches.CloseBatch.as_view(), name="batch-close"),
    path("batches/<int:batch_id>/predictions", predictions.Predictions.as_view(), name="batch-predictions"),
    path("batches/<int:batch_id>/report", batches.Report.as_view(), name="batch-report"),
]
