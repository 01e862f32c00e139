"""Routes of the annotator's desk."""

from __future__ import annotations

from django.urls import path

from tasks import prompt_view, shell, views

urlpatterns = [
    path("", views.workbench, name="desk"),
    path("boot", views.boot, name="desk-boot"),
    path("shell", shell.shell_page, name="desk-shell"),
    path("shell.js", shell.shell_script, name="desk-shell-script"),
    path("sync", views.sync, name="desk-sync"),
    path("answers", views.answers, name="desk-answers"),
    path("model", prompt_view.ask_model, name="desk-model"),
    path("report", views.report, name="desk-report"),
    path("mine/", views.my_work, name="desk-mine"),
]
