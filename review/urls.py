"""Routes of review: `api` is mounted under /api/v1/, `desk` under /desk/, `pages` under /review/."""

from __future__ import annotations

from django.urls import path

from review import desk as at_desk
from review import views
from review.api import gold, releases, results

api = [
    path("projects/<int:project_id>/releases", releases.ProjectReleases.as_view(), name="project-releases"),
    path("releases/<int:release_id>", releases.OneRelease.as_view(), name="release"),
    path(
        "releases/<int:release_id>/files/<str:name>", releases.ReleaseFileView.as_view(), name="release-file"
    ),
    path("batches/<int:batch_id>/gold", gold.BatchGold.as_view(), name="batch-gold"),
    path("batches/<int:batch_id>/forecast", gold.BatchForecast.as_view(), name="batch-forecast"),
    path("projects/<int:project_id>/gold", gold.ProjectGold.as_view(), name="project-gold"),
    path("projects/<int:project_id>/quality", gold.ProjectQuality.as_view(), name="project-quality"),
    path("projects/<int:project_id>/forecast", gold.ProjectForecast.as_view(), name="project-forecast"),
    path("batches/<int:batch_id>/results", results.BatchResults.as_view(), name="batch-results"),
]

desk = [
    path("practice/<uuid:submission_id>", at_desk.practice, name="desk-practice"),
]

pages = [
    path("", views.queue_list, name="review-queues"),
    path("projects/<int:project_id>/", views.desk, name="review-desk"),
    path("projects/<int:project_id>/next", views.next_disputes, name="review-next"),
    path("disputes/<int:dispute_id>/verdict", views.verdict, name="review-verdict"),
    path("disputes/<int:dispute_id>/ask", views.ask, name="review-ask"),
    path("let-go", views.let_go, name="review-let-go"),
]
