"""Every route of the platform, by area."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from annotator import health
from annotator.reference import Document, Reference
from annotator.style import style
from review.urls import api as review_api
from review.urls import desk as review_desk
from review.urls import pages as review_pages
from tasks.delivery import media

handler400 = "annotator.problem.bad_request"
handler404 = "annotator.problem.not_found"
handler500 = "annotator.problem.server_error"

urlpatterns = [
    path("", include("workers.urls")),
    path("style/", style, name="style"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", include("tasks.api.urls")),
    path("api/v1/", include(review_api)),
    path("api/schema", Document.as_view(), name="schema"),
    path("api/docs/", Reference.as_view(url_name="schema"), name="reference"),
    path("media/<str:token>/<str:name>", media, name="media"),
    path("desk/", include("tasks.urls")),
    path("desk/", include(review_desk)),
    path("floor/", include("annotator.floor.urls")),
    path("review/", include(review_pages)),
    path("portal/", include("clients.urls")),
    path("portal/", include("tasks.portal.urls")),
    path("portal/", include("review.portal.urls")),
    path("admin/", admin.site.urls),
]
