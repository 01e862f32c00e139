"""The client's pages about results and releases, below /portal/."""

from __future__ import annotations

from django.urls import path

from review.portal import releases, results

urlpatterns = [
    path("batches/<int:batch_id>/confidence", results.batch_confidence, name="portal-batch-confidence"),
    path("batches/<int:batch_id>/results", results.result_list, name="portal-results"),
    path("batches/<int:batch_id>/results/<int:task_id>", results.result_page, name="portal-result"),
    path("releases/", releases.release_list, name="portal-releases"),
    path("releases/<int:release_id>/", releases.release_page, name="portal-release"),
    path("releases/<int:release_id>/live", releases.release_live, name="portal-release-live"),
]
