"""Routes of the annotator's desk."""

from __future__ import annotations

from django.urls import path

from tasks import views

urlpatterns = [
    path("", views.workbench, name="desk"),
    path("sync", views.sync, name="desk-sync"),
    path("answers", views.answers, name="desk-answers"),
    path("report", views.report, name="desk-report"),
    path("mine/", views.my_work, name="desk-mine"),
]
