"""Every address of the platform, asked by people who have nothing to do with Mill & Co.

Each route has a row; a new route without one fails. The columns are what a stranger, a member of
another client, another client's API key, and a supervisor, a reviewer and an annotator of another site
get. Whatever the status, nothing of Mill & Co.'s may be in the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.world import MARK, World, make_world
from tests.cast import Cast
from tests.factories import BOX_SPEC, payload

# Addresses that show nobody's data, or only the caller's own.
PUBLIC = {
    "", "sign-in", "sign-out", "i18n/", "theme", "password/forgot", "password/reset/<uidb64>/<token>",
    "admin/login/", "style/", "healthz", "readyz", "api/schema", "api/docs/",
}  # fmt: skip
CALLERS = ["stranger", "rita", "rival_key", "dou", "dai", "deng"]
# `in` is the way to signing in; 200 is a page of the caller's own things.
TABLE = """
GET  account                                              in 200  in 200 200 200
POST account                                              in 200  in 200 200 200
POST account/secret                                       in 422  in 422 422 422
GET  metrics                                             404 404 404 404 404 404
POST metrics                                             404 404 404 404 404 404
GET  api/v1/projects                                     401 200 200 403 403 403
POST api/v1/projects                                     401 422 422 403 403 403
GET  api/v1/projects/<int:project_id>                    401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/schemas            401 404 404 403 403 403
POST api/v1/projects/<int:project_id>/schemas            401 404 404 403 403 403
PUT  api/v1/projects/<int:project_id>/guide              401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/guide/pictures     401 404 404 403 403 403
POST api/v1/projects/<int:project_id>/guide/pictures     401 404 404 403 403 403
DELETE api/v1/projects/<int:project_id>/guide/pictures/<str:sha256>  401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/batches            401 404 404 403 403 403
POST api/v1/projects/<int:project_id>/batches            401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>                       401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/images                401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/images                401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/archives              401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/archives              401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/close                 401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/report                401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/predictions           401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/predictions           401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/model              401 404 404 403 403 403
PUT  api/v1/projects/<int:project_id>/model              401 404 404 403 403 403
DELETE api/v1/projects/<int:project_id>/model            401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/prelabel              401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/gold               401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/datasets              401 404 404 403 403 403
POST api/v1/batches/<int:batch_id>/gold                  401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/forecast              401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/forecast           401 404 404 403 403 403
GET  api/v1/projects/<int:project_id>/quality            401 404 404 403 403 403
POST api/v1/projects/<int:project_id>/quality            401 404 404 403 403 403
GET  desk/practice/<uuid:submission_id>                  401 403 401 403 403 404
GET  desk/mine/checks                                     in 403  in 403 403 200
POST desk/mine/notices-read                              401 403 401 403 403 302
GET  desk/mine/<uuid:submission_id>/                      in 403  in 403 403 404
POST desk/mine/<uuid:submission_id>/appeal               401 403 401 403 403 404
POST desk/mine/consequences/<int:consequence_id>/appeal  401 403 401 403 403 404
GET  desk/mine/<uuid:submission_id>/comments/             in 403  in 403 403 404
POST desk/mine/<uuid:submission_id>/comments/             in 403  in 403 403 422
GET  desk/mine/<uuid:submission_id>/mend/                 in 403  in 403 403 404
POST desk/mine/<uuid:submission_id>/mend/next             in 403  in 403 403 404
POST desk/mine/<uuid:submission_id>/mend/verdict          in 403  in 403 403 404
POST desk/mine/threads/<int:thread_id>                    in 403  in 403 403 422
GET  review/comments/                                     in 403  in 403 200 403
POST review/comments/read                                 in 403  in 403 302 403
POST review/comments/<int:thread_id>                      in 403  in 403 422 403
GET  review/answers/<uuid:submission_id>/comments/        in 403  in 403 404 403
POST review/answers/<uuid:submission_id>/comments/        in 403  in 403 422 403
POST review/answers/<uuid:submission_id>/threads          in 403  in 403 404 403
GET  review/checks/                                       in 403  in 403 200 403
GET  review/checks/<int:check_id>/                        in 403  in 403 404 403
POST review/checks/<int:check_id>/judge                   in 403  in 403 404 403
GET  review/checks/<int:check_id>/fix/                    in 403  in 403 404 403
POST review/checks/<int:check_id>/next                    in 403  in 403 404 403
POST review/checks/<int:check_id>/verdict                 in 403  in 403 404 403
GET  review/appeals/                                      in 403  in 403 200 403
POST review/appeals/<int:appeal_id>                       in 403  in 403 422 403
GET  review/projects/<int:project_id>/gold/               in 403  in 403 404 403
POST review/projects/<int:project_id>/gold/<int:task_id>  in 403  in 403 404 403
POST review/projects/<int:project_id>/gold/<int:task_id>/retire  in 403  in 403 404 403
GET  api/v1/projects/<int:project_id>/releases           401 404 404 403 403 403
POST api/v1/projects/<int:project_id>/releases           401 404 404 403 403 403
GET  api/v1/releases/<int:release_id>                    401 404 404 403 403 403
GET  api/v1/releases/<int:release_id>/files/<str:name>   401 404 404 403 403 403
GET  api/v1/releases/<int:release_id>/difference         401 422 422 403 403 403
GET  api/v1/releases/<int:release_id>/difference/images  401 422 422 403 403 403
GET  api/v1/batches/<int:batch_id>/quality-report        401 404 404 403 403 403
GET  api/v1/batches/<int:batch_id>/results               401 404 404 403 403 403
GET  api/v1/tasks/<int:task_id>/original                 401 404 404 403 403 403
GET  media/<str:token>/<str:name>                        404 404 404 404 404 404
GET  desk/                                                in 403  in 403 403 200
GET  desk/boot                                              401 403 401 403 403 200
GET  desk/shell                                             200 200 200 200 200 200
GET  desk/shell.js                                          200 200 200 200 200 200
POST desk/sync                                           401 403 401 403 403 200
POST desk/model                                           401 403 401 403 403 404
GET  portal/projects/<int:project_id>/model               in 404  in 403 403 403
POST portal/projects/<int:project_id>/model               in 404  in 403 403 403
POST portal/projects/<int:project_id>/model/change        in 404  in 403 403 403
POST portal/batches/<int:batch_id>/prelabel               in 404  in 403 403 403
POST desk/report                                         401 403 401 403 403 404
GET  desk/mine/                                           in 403  in 403 403 200
GET  floor/                                               in 403  in 200 403 403
GET  floor/live                                           in 403  in 200 403 403
GET  floor/throughput.json                                in 403  in 200 403 403
GET  floor/batches/                                       in 403  in 200 403 403
GET  floor/people/                                        in 403  in 200 403 403
GET  floor/people/add                                     in 403  in 200 403 403
POST floor/people/add                                     in 403  in 200 403 403
GET  floor/people/<int:person_id>/                        in 403  in 404 403 403
POST floor/people/<int:person_id>/pin                     in 403  in 404 403 403
POST floor/people/<int:person_id>/pause                   in 403  in 404 403 403
POST floor/people/<int:person_id>/resume                  in 403  in 404 403 403
POST floor/people/<int:person_id>/release                 in 403  in 404 403 403
GET  floor/people/<int:person_id>/checks                  in 403  in 404 403 403
POST floor/people/<int:person_id>/let-in/<int:project_id>  in 403  in 404 403 403
GET  floor/notices                                        in 403  in 200 403 403
POST floor/notices/read                                   in 403  in 302 403 403
GET  floor/reports/                                       in 403  in 200 403 403
POST floor/reports/<int:report_id>/handled                in 403  in 404 403 403
GET  review/                                              in 403  in 403 200 403
GET  review/projects/<int:project_id>/                    in 403  in 403 404 403
POST review/projects/<int:project_id>/next                in 403  in 403 404 403
POST review/disputes/<int:dispute_id>/verdict             in 403  in 403 404 403
POST review/disputes/<int:dispute_id>/ask                 in 403  in 403 404 403
GET  review/projects/<int:project_id>/agreement/         in 403  in 403 404 403
GET  review/projects/<int:project_id>/agreement/images   in 403  in 403 404 403
POST review/let-go                                        in 403  in 403 422 403
GET  portal/keys/                                         in 200  in 403 403 403
POST portal/keys/                                         in 200  in 403 403 403
POST portal/keys/<int:key_id>/revoke                      in 404  in 403 403 403
GET  portal/webhooks/                                     in 200  in 403 403 403
POST portal/webhooks/                                     in 200  in 403 403 403
POST portal/webhooks/<int:endpoint_id>                    in 404  in 403 403 403
POST portal/webhooks/deliveries/<int:delivery_id>/again   in 404  in 403 403 403
GET  portal/members/                                      in 200  in 403 403 403
POST portal/members/                                      in 200  in 403 403 403
POST portal/members/<int:membership_id>                   in 404  in 403 403 403
GET  portal/                                              in 200  in 403 403 403
GET  portal/projects/new                                  in 200  in 403 403 403
POST portal/projects/new                                  in 200  in 403 403 403
POST portal/projects/guide-preview                        in 200  in 403 403 403
GET  portal/projects/<int:project_id>/                    in 404  in 403 403 403
GET  portal/projects/<int:project_id>/edit                in 404  in 403 403 403
POST portal/projects/<int:project_id>/edit                in 404  in 403 403 403
POST portal/projects/<int:project_id>/state               in 404  in 403 403 403
GET  portal/projects/<int:project_id>/schema              in 404  in 403 403 403
POST portal/projects/<int:project_id>/batches             in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/                       in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/live                   in 404  in 403 403 403
POST portal/batches/<int:batch_id>/close                  in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/report                 in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/report.csv             in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/confidence             in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/results                in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/results/<int:task_id>  in 404  in 403 403 403
GET  portal/projects/<int:project_id>/quality/            in 404  in 403 403 403
POST portal/projects/<int:project_id>/quality/            in 404  in 403 403 403
POST portal/projects/<int:project_id>/quality/known       in 404  in 403 403 403
POST portal/projects/<int:project_id>/quality/<int:task_id>/retire  in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/forecast               in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/quality                in 404  in 403 403 403
GET  portal/batches/<int:batch_id>/quality/images         in 404  in 403 403 403
GET  portal/releases/                                     in 200  in 403 403 403
POST portal/releases/                                     in 200  in 403 403 403
GET  portal/releases/<int:release_id>/                    in 404  in 403 403 403
GET  portal/releases/<int:release_id>/live                in 404  in 403 403 403
GET  portal/releases/<int:release_id>/difference          in 404  in 403 403 403
GET  desk/answers                                           401 403 401 403 403 200
POST floor/batches/<int:batch_id>/priority                  in 403  in 404 403 403
POST floor/batches/<int:batch_id>/reserve                   in 403  in 404 403 403
POST floor/batches/<int:batch_id>/take-back                 in 403  in 404 403 403
POST floor/people/<int:person_id>/skills                    in 403  in 404 403 403
POST floor/projects/<int:project_id>/pause                  in 403  in 404 403 403
POST floor/projects/<int:project_id>/resume                 in 403  in 404 403 403
"""

# Bodies that pass the checks of form, so that it is the access that answers.
BODIES: dict[str, Any] = {
    "api/v1/projects/<int:project_id>/schemas": {"spec": BOX_SPEC},
    "api/v1/projects/<int:project_id>/batches": {"name": "theirs"},
    "api/v1/projects/<int:project_id>/model": {"url": "https://model.example/"},
    "desk/model": {"task": "<task_id>", "prompt": {"class": "esp8266", "points": [[1, 1, 1]]}},
    "desk/report": {"task": "<task_id>", "kind": "tool", "note": ""},
    "review/answers/<uuid:submission_id>/threads": {
        "id": "0198e1a0-0000-7000-8000-000000000002", "words": "Look here.",
    },
    "desk/mine/<uuid:submission_id>/mend/verdict": {
        "id": "0198e1a0-0000-7000-8000-000000000003", "payload": payload(), "picked": None, "excluded": False,
    },
    "review/checks/<int:check_id>/verdict": {
        "id": "0198e1a0-0000-7000-8000-000000000001", "payload": payload(), "picked": None, "excluded": True,
    },
    "review/disputes/<int:dispute_id>/verdict": {
        "id": "0198e1a0-0000-7000-8000-000000000000", "payload": payload(), "picked": None, "excluded": True,
    },
}  # fmt: skip


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            if path != "admin/":
                yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.name or ""


def rows() -> list[tuple[str, str, dict[str, str]]]:
    """(method, route, expected status by caller) of each line of the table."""
    found = []
    for line in TABLE.strip().splitlines():
        method, route, *statuses = line.split()
        found.append((method, route, dict(zip(CALLERS, statuses, strict=True))))
    return found


def ask(client: Any, method: str, route: str, world: World) -> Any:
    path = address(route, world)
    if method == "GET":
        return client.get(path)
    body = json.dumps(BODIES.get(route, {})).replace('"<task_id>"', str(world.arguments["task_id"]))
    return client.generic(method, path, data=body, content_type="application/json")


def address(route: str, world: World) -> str:
    if route == "media/<str:token>/<str:name>":
        return str(world.arguments["media"]).replace("/media/", "/media/x")
    path = "/" + route
    for name, value in world.arguments.items():
        for converter in ("int:", "str:", "uuid:", ""):
            path = path.replace(f"<{converter}{name}>", str(value))
    assert "<" not in path, f"the world has nothing to put into {route}"
    return path


def status_of(response: Any) -> str:
    if response.status_code == 302 and "/sign-in" in response["Location"]:
        return "in"
    return str(response.status_code)


def body_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.headers} {content.decode(errors='replace')}"


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


def test_every_route_has_a_row() -> None:
    named = {route for _method, route, _statuses in rows()} | PUBLIC
    assert {route for route, _name in routes()} == named


@pytest.mark.parametrize(("method", "route", "expected"), rows(), ids=lambda value: str(value)[:60])
def test_nobody_else_sees_or_touches_it(
    world: World, method: str, route: str, expected: dict[str, str]
) -> None:
    responses = {caller: ask(client, method, route, world) for caller, client in world.callers.items()}
    assert {caller: status_of(response) for caller, response in responses.items()} == expected
    for caller, response in responses.items():
        assert MARK not in body_of(response), f"{caller} sees something of Mill & Co. at {route}"


def test_the_marks_are_seen_by_those_they_belong_to(cast: Cast, world: World) -> None:
    """The control: were the marks not on the pages, their absence would show nothing."""
    for person, path in [(cast.ada, "/portal/"), (cast.sun, "/floor/"), (cast.rong, "/review/")]:
        client = world.callers["stranger"]
        client.force_login(person, backend="workers.sessions.PersonBackend")
        assert MARK in body_of(client.get(path)), path
