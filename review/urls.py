"""Routes of review: `api` is mounted under /api/v1/, `desk` under /desk/, `pages` under /review/."""

from __future__ import annotations

from django.urls import path

from review import agreements, checking, comment_views, mend_views, spot_views, views
from review import desk as at_desk
from review.api import datasets, differences, gold, quality, releases, results

api = [
    path("projects/<int:project_id>/releases", releases.ProjectReleases.as_view(), name="project-releases"),
    path("releases/<int:release_id>", releases.OneRelease.as_view(), name="release"),
    path(
        "releases/<int:release_id>/files/<str:name>", releases.ReleaseFileView.as_view(), name="release-file"
    ),
    path(
        "releases/<int:release_id>/difference",
        differences.ReleaseDifference.as_view(),
        name="release-difference",
    ),
    path(
        "releases/<int:release_id>/difference/images",
        differences.ReleaseDifferenceImages.as_view(),
        name="release-difference-images",
    ),
    path("batches/<int:batch_id>/datasets", datasets.BatchDataset.as_view(), name="batch-datasets"),
    path("batches/<int:batch_id>/gold", gold.BatchGold.as_view(), name="batch-gold"),
    path("batches/<int:batch_id>/forecast", gold.BatchForecast.as_view(), name="batch-forecast"),
    path("projects/<int:project_id>/gold", gold.ProjectGold.as_view(), name="project-gold"),
    path("projects/<int:project_id>/quality", gold.ProjectQuality.as_view(), name="project-quality"),
    path("projects/<int:project_id>/forecast", gold.ProjectForecast.as_view(), name="project-forecast"),
    path(
        "batches/<int:batch_id>/quality-report",
        quality.BatchQualityReport.as_view(),
        name="batch-quality-report",
    ),
    path("tasks/<int:task_id>/original", results.TaskOriginal.as_view(), name="task-original"),
    path("batches/<int:batch_id>/results", results.BatchResults.as_view(), name="batch-results"),
]

desk = [
    path("practice/<uuid:submission_id>", at_desk.practice, name="desk-practice"),
    path("mine/checks", at_desk.checks, name="desk-checks"),
    path("mine/notices-read", at_desk.read_notices, name="desk-notices-read"),
    path("mine/<uuid:submission_id>/", at_desk.answer, name="desk-answer"),
    path("mine/<uuid:submission_id>/comments/", comment_views.annotator_page, name="desk-comments"),
    path("mine/<uuid:submission_id>/mend/", mend_views.mend_page, name="desk-mend"),
    path("mine/<uuid:submission_id>/mend/next", mend_views.mend_next, name="desk-mend-next"),
    path("mine/<uuid:submission_id>/mend/verdict", mend_views.mend_verdict, name="desk-mend-verdict"),
    path("mine/threads/<int:thread_id>", comment_views.annotator_reply, name="desk-comment"),
    path("mine/<uuid:submission_id>/appeal", at_desk.appeal_answer, name="desk-appeal-answer"),
    path(
        "mine/consequences/<int:consequence_id>/appeal",
        at_desk.appeal_consequence,
        name="desk-appeal-consequence",
    ),
]

pages = [
    path("", views.queue_list, name="review-queues"),
    path("projects/<int:project_id>/", views.desk, name="review-desk"),
    path("projects/<int:project_id>/next", views.next_disputes, name="review-next"),
    path("disputes/<int:dispute_id>/verdict", views.verdict, name="review-verdict"),
    path("disputes/<int:dispute_id>/ask", views.ask, name="review-ask"),
    path("let-go", views.let_go, name="review-let-go"),
    path("projects/<int:project_id>/agreement/", agreements.agreement, name="review-agreement"),
    path("projects/<int:project_id>/agreement/images", agreements.behind, name="review-agreement-behind"),
    path("checks/", spot_views.check_list, name="review-checks"),
    path("checks/<int:check_id>/", spot_views.check_page, name="review-check"),
    path("checks/<int:check_id>/judge", spot_views.check_judge, name="review-check-judge"),
    path("checks/<int:check_id>/fix/", spot_views.check_fix, name="review-check-fix"),
    path("checks/<int:check_id>/next", spot_views.check_next, name="review-check-next"),
    path("checks/<int:check_id>/verdict", spot_views.check_verdict, name="review-check-verdict"),
    path("comments/", comment_views.waiting_list, name="review-threads"),
    path("comments/read", comment_views.read_notices, name="review-notices-read"),
    path("comments/<int:thread_id>", comment_views.reviewer_reply, name="review-comment"),
    path("answers/<uuid:submission_id>/comments/", comment_views.reviewer_page, name="review-comments"),
    path("answers/<uuid:submission_id>/threads", comment_views.open_thread, name="review-thread-open"),
    path("appeals/", checking.appeal_list, name="review-appeals"),
    path("appeals/<int:appeal_id>", checking.appeal_decide, name="review-appeal"),
    path("projects/<int:project_id>/gold/", checking.gold_list, name="review-gold"),
    path("projects/<int:project_id>/gold/<int:task_id>", checking.gold_make, name="review-gold-make"),
    path(
        "projects/<int:project_id>/gold/<int:task_id>/retire", checking.gold_retire, name="review-gold-retire"
    ),
]
