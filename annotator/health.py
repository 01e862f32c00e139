"""What machines ask: are you alive, may I send you people, and how much is waiting?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import cache

import structlog
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

log = structlog.get_logger(__name__)
Next = Callable[[HttpRequest], HttpResponse]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
REQUESTS = Counter("labelmill_requests", "Answered requests", ["method", "route", "status"])
SECONDS = Histogram(
    "labelmill_request_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

# Each statement reads one partial index of what is waiting, so finished work costs nothing. Open seats
# may be millions: their number is the index's own estimate, as autovacuum last saw it.
WAITING = {
    "open_seats": "SELECT GREATEST(reltuples, 0) FROM pg_class WHERE oid = to_regclass('seats_to_claim')",
    "leases": "SELECT count(*) FROM tasks_assignment WHERE state = 'leased'",
    "expired_leases": "SELECT count(*) FROM tasks_assignment WHERE state = 'leased' AND leased_until < now()",
    "jobs": "SELECT count(*) FROM tasks_job WHERE state IN ('pending', 'running')",
    "tasks_to_settle": "SELECT count(*) FROM tasks_task WHERE state = 'answered'",
    "disputes": "SELECT count(*) FROM review_dispute WHERE resolved_at IS NULL",
    "deliveries": "SELECT count(*) FROM clients_webhookdelivery WHERE state = 'pending'",
}


class MetricsMiddleware:
    """Counts every request by its route pattern, never by its path, and by the methods there are: both are
    the caller's to choose, and the number of series stays bounded."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - started)
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else, so a database outage restarts no web server."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when people can be served. Redis may be lost without loss of work, so it only reports."""
    checks = {name: _passes(name, check) for name, check in CHECKS.items()}
    ready = all(passed for name, passed in checks.items() if name != "redis")
    words = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": words}, status=200 if ready else 503
    )


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for whoever holds LABELMILL_METRICS_TOKEN; without one there is no such page."""
    token = settings.METRICS_TOKEN
    if not token or not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        raise Http404
    body = generate_latest(_requests_registry()) + generate_latest(_waiting_registry())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


class Waiting(Collector):
    """How much of each kind of work waits now, asked of the database when scraped."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("labelmill_waiting", "Work that waits, by kind", labels=["kind"])
        with connection.cursor() as cursor:
            for kind, statement in WAITING.items():
                cursor.execute(statement)
                row = cursor.fetchone()
                family.add_metric([kind], float(row[0]) if row else 0.0)
        yield family


def _requests_registry() -> CollectorRegistry:
    """One web process' own numbers, or the sum over all of them when they share a directory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _waiting_registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Waiting())
    return registry


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:
        log.warning("not ready", check=name, error=str(error))
        return False
    return True


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def _check_migrations() -> None:
    """Remembered once true; an exception is not remembered, so the next request asks again."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations wait; run `manage.py prepare`")


def _check_redis() -> None:
    shared_cache.set("readyz", "1", timeout=10)


def _check_storage() -> None:
    default_storage.exists("readyz")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _check_database,
    "migrations": _check_migrations,
    "redis": _check_redis,
    "storage": _check_storage,
}
