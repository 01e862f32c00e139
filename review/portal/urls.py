"""The client's pages about results and releases, below /portal/."""

from __future__ import annotations

from django.urls import path

from review.portal import agreement, differences, quality, releases, results

urlpatterns = [
    path("projects/<int:project_id>/quality/", quality.project_quality, name="portal-quality"),
    path("projects/<int:project_id>/quality/known", quality.known_answers, name="portal-known"),
    path(
        "projects/<int:project_id>/quality/<int:task_id>/retire",
        quality.retire_gold,
        name="portal-gold-retire",
    ),
    path("batches/<int:batch_id>/forecast", quality.batch_cost, name="portal-batch-forecast"),
    path("batches/<int:batch_id>/confidence", results.batch_confidence, name="portal-batch-confidence"),
    path("batches/<int:batch_id>/quality", agreement.batch_quality, name="portal-batch-quality"),
    path("batches/<int:batch_id>/quality/images", agreement.batch_behind, name="portal-batch-quality-behind"),
    path("batches/<int:batch_id>/results", results.result_list, name="portal-results"),
    path("batches/<int:batch_id>/results/<int:task_id>", results.result_page, name="portal-result"),
    path("releases/", releases.release_list, name="portal-releases"),
    path("releases/<int:release_id>/", releases.release_page, name="portal-release"),
    path("releases/<int:release_id>/live", releases.release_live, name="portal-release-live"),
    path(
        "releases/<int:release_id>/difference",
        differences.release_difference,
        name="portal-release-difference",
    ),
]
