"""What pages share: navigation by role, the component page, and pages that say what went wrong."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import path
from pytest_django import DjangoAssertNumQueries

from annotator.errors import Invalid
from annotator.face import PLACES, navigation
from annotator.urls import urlpatterns as real
from tests.cast import Cast
from workers.models import Role


def _breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def _refuses(request: HttpRequest) -> HttpResponse:
    raise Invalid(errors=[{"where": "classes[2].key", "code": "twice", "detail": "This key is there twice."}])


urlpatterns = [*real, path("breaks", _breaks), path("refuses", _refuses)]


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"}, raise_request_exception=False)


def test_every_role_has_its_places() -> None:
    assert set(PLACES) == set(Role.values)


@pytest.mark.parametrize(
    ("role", "where", "here"),
    [
        ("annotator", "/desk/", "/desk/"),
        ("annotator", "/desk/mine/", "/desk/mine/"),
        ("supervisor", "/floor/people/7", "/floor/people/"),
        ("supervisor", "/floor/", "/floor/"),
        ("client", "/portal/projects/3/", "/portal/"),
        ("client", "/account", None),
        ("", "/", None),
    ],
)
def test_navigation_marks_where_one_is(role: str, where: str, here: str | None) -> None:
    current = [place["href"] for place in navigation(role=role, path=where) if place["current"]]
    assert current == ([here] if here else [])


def test_the_component_page_is_open_and_costs_no_query(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        page = client.get("/style/")
    assert page.status_code == 200
    assert client.post("/style/").status_code == 405


def test_no_page_carries_scripts_or_styles_of_its_own(client: Client, cast: Cast) -> None:
    """The Content-Security-Policy would block them, silently for the reader."""
    client.force_login(cast.an, backend="workers.sessions.PersonBackend")
    for where in ["/style/", "/account", "/sign-out", "/password/forgot", "/nowhere"]:
        page = client.get(where).text
        scripts = [
            tag for tag in re.findall(r"<script[^>]*>", page) if "src=" not in tag and "json" not in tag
        ]
        assert scripts == []
        assert "<style" not in page
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)


def test_a_missing_page_offers_a_way_on(client: Client, db: None) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert 'href="/"' in page.text


def test_a_missing_csrf_token_is_explained(cast: Cast) -> None:
    page = Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"}).post("/sign-in", {})
    assert page.status_code == 403
    assert "The form was too old" in page.text


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_of_ours_has_a_page(client: Client, db: None) -> None:
    page = client.get("/breaks")
    assert page.status_code == 500
    assert "The fault is ours" in page.text


@override_settings(ROOT_URLCONF=__name__)
def test_a_rule_that_says_no_tells_each_fault(client: Client, db: None) -> None:
    page = client.get("/refuses")
    assert page.status_code == 422
    assert "classes[2].key" in page.text
    assert "This key is there twice." in page.text


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_of_last_resort_need_no_request(name: str) -> None:
    assert "<h1>" in render_to_string(name)
