"""Pages of an organization, below /portal/."""

from __future__ import annotations

from django.urls import path

from clients import views

urlpatterns = [
    path("keys/", views.key_list, name="portal-keys"),
    path("keys/<int:key_id>/revoke", views.key_revoke, name="portal-key-revoke"),
    path("webhooks/", views.webhook_list, name="portal-webhooks"),
    path("webhooks/<int:endpoint_id>", views.webhook_change, name="portal-webhook-change"),
    path(
        "webhooks/deliveries/<int:delivery_id>/again",
        views.webhook_redeliver,
        name="portal-webhook-redeliver",
    ),
    path("members/", views.member_list, name="portal-members"),
    path("members/<int:membership_id>", views.member_change, name="portal-member-change"),
]
