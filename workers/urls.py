"""Routes of signing in and of one's own account."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from workers import views

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("i18n/", views.language, name="language"),
    path("theme", views.theme, name="theme"),
    path("account", views.account, name="account"),
    path("account/secret", views.secret, name="account-secret"),
    path("password/forgot", views.forgot, name="password-forgot"),
    path("password/reset/<uidb64>/<token>", views.ResetView.as_view(), name="password-reset"),
    # One way in for everybody: the admin's own sign-in page would know neither languages nor e-mails.
    path("admin/login/", RedirectView.as_view(pattern_name="sign-in", query_string=True)),
]
