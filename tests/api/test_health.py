"""What load balancers, orchestrators and Prometheus ask."""

from __future__ import annotations

import pytest
from django.test import Client

from annotator import health
from tests.cast import Cast

TOKEN = "prometheus-knows-this"


@pytest.fixture
def scrape(client: Client, settings):
    settings.METRICS_TOKEN = TOKEN
    return lambda token: client.get("/metrics", headers={"Authorization": f"Bearer {token}"})


def fail() -> None:
    raise RuntimeError("password=secret is wrong")


def test_alive_process_says_so_without_the_database(client: Client) -> None:
    # no `db` fixture: a query here would fail the test
    assert client.get("/healthz").content == b"ok\n"


def test_ready_when_every_part_answers(client: Client, db: None) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize("part", ["database", "migrations", "storage"])
def test_not_ready_without_a_part_that_people_need(client: Client, db: None, monkeypatch, part: str) -> None:
    monkeypatch.setitem(health.CHECKS, part, fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][part] == "failed"


def test_lost_redis_is_reported_and_still_ready(client: Client, db: None, monkeypatch) -> None:
    monkeypatch.setitem(health.CHECKS, "redis", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["redis"] == "failed"


def test_readiness_tells_strangers_no_reason(client: Client, db: None, monkeypatch) -> None:
    monkeypatch.setitem(health.CHECKS, "database", fail)
    assert b"secret" not in client.get("/readyz").content


def test_metrics_count_requests_by_route_and_work_that_waits(scrape, cast: Cast, client: Client) -> None:
    client.get("/healthz")
    text = scrape(TOKEN).content.decode()
    assert 'labelmill_requests_total{method="GET",route="healthz",status="200"}' in text
    for kind in health.WAITING:
        assert f'labelmill_waiting{{kind="{kind}"}}' in text


def test_metrics_do_not_exist_for_others(scrape, db: None) -> None:
    assert scrape("guess").status_code == 404
    assert scrape("").status_code == 404


def test_metrics_do_not_exist_without_a_token(client: Client, settings, db: None) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_ask_one_query_for_each_kind(scrape, cast: Cast, django_assert_num_queries) -> None:
    with django_assert_num_queries(len(health.WAITING)):
        scrape(TOKEN)
