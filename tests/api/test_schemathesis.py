"""Whatever is sent to an operation of the API, its answer is one that the OpenAPI document describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from annotator.wsgi import application
from tests.api.clients import make_key
from tests.cast import Cast
from tests.factories import make_batch

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def api(cast: Cast) -> Any:
    """The document of the clients' API, with the ids of what this caller really has."""
    document = SchemaGenerator(api_version=None).get_schema(request=None, public=True)
    batch = make_batch(cast.project)
    known = {"project_id": cast.project.id, "batch_id": batch.id}
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "integer", "enum": [known[parameter["name"]], 0, 10**20]}
    return document


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    with patch("tasks.jobs.ingest_pending.apply_async"):
        yield


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application is called as a server calls it; the test's transaction must outlive a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
def test_every_operation_answers_as_it_is_described(api: dict[str, Any], cast: Cast) -> None:
    secret = make_key(cast.mill)[1]
    schema = schemathesis.openapi.from_dict(api)
    schema.app = application
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        def check(case: Any) -> None:
            response = case.call(headers={"Authorization": f"Bearer {secret}"})
            case.validate_response(response, checks=CHECKS)

        given(case=operation.as_strategy())(check)()
        tried += 1
    assert tried >= 14


def test_reference_pages_need_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert b"http://" not in page.content.replace(b"http://testserver", b"").replace(
        b"http://www.w3.org", b""
    )
    assert b"https://" not in page.content
    assert Client().get("/api/schema").status_code == 200
