"""Every route of the platform, by area."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from annotator import health
from annotator.style import style

urlpatterns = [
    path("", include("workers.urls")),
    path("style/", style, name="style"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]
