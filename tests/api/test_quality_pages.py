"""The client's page of quality: forecast, wanted quality, gold. Allowed, forbidden, missing, repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from review.models import Consensus, GoldRule, Quality
from tasks.models import Batch, GoldTask, Task
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import box, make_batch, make_tasks, payload

HERE = payload(box(100, 100, 200, 150))
FORM = {"accuracy": "0.95", "iou": "", "gold_rate": "0.1", "practice_pass_mark": "0.8", "pause_below": "0.5"}


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


def page_of(cast: Cast) -> str:
    return f"/portal/projects/{cast.project.id}/quality/"


def known(batch: Batch, items: object, kind: str = "measure") -> dict[str, Any]:
    text = items if isinstance(items, bytes) else json.dumps(items).encode()
    return {"batch": batch.id, "kind": kind, "file": SimpleUploadedFile("known.json", text)}


def test_the_page_shows_what_is_wanted_and_what_it_will_cost(
    cast: Cast, ada: Client, django_assert_max_num_queries: Any
) -> None:
    make_tasks(make_batch(cast.project), 3)
    with django_assert_max_num_queries(14):
        page = ada.get(page_of(cast) + "?images=2000").content.decode()
    assert "6,000 to 10,000" in page
    assert "¥240.00 to ¥400.00" in page


def test_a_saved_form_is_what_the_project_wants(cast: Cast, ada: Client) -> None:
    response = ada.post(page_of(cast), {**FORM, "pause_over": "20", "trusts_predictions": "on"})
    assert response.status_code == 302
    wanted = Quality.objects.get(project=cast.project)
    assert (wanted.accuracy, wanted.iou, wanted.trusts_predictions) == (0.95, None, True)
    cast.project.refresh_from_db()
    assert (cast.project.gold_rate, cast.project.practice_pass_mark) == (0.1, 0.8)
    assert list(GoldRule.objects.values_list("action", "below", "over")) == [("pause", 0.5, 20)]
    assert ada.post(page_of(cast), {}).status_code == 302
    assert not GoldRule.objects.exists()


def test_half_a_rule_is_named_and_nothing_is_saved(cast: Cast, ada: Client) -> None:
    response = ada.post(page_of(cast), FORM)
    assert "A rule needs both numbers" in response.content.decode()
    assert not Quality.objects.exists()


def test_known_answers_come_in_a_file_and_faults_are_named(cast: Cast, ada: Client) -> None:
    batch = make_batch(cast.project)
    good, bad = make_tasks(batch, 2)
    items = [
        {"name": good.image.name, "payload": HERE},
        {"name": bad.image.name, "payload": payload(box(9000, 1, 5, 5))},
    ]
    for _again in range(2):
        response = ada.post(page_of(cast) + "known", known(batch, items), follow=True)
    page = response.content.decode()
    assert "1 known answers were taken" in page
    assert "shapes[0].box" in page
    assert set(GoldTask.objects.values_list("task", flat=True)) == {good.id}


@pytest.mark.parametrize("items", [b"", b"[", b"{}", b"[1]", b"[]", b"\xff"])
def test_a_file_that_is_no_list_is_refused(cast: Cast, ada: Client, items: bytes) -> None:
    batch = make_batch(cast.project)
    response = ada.post(page_of(cast) + "known", known(batch, items), follow=True)
    assert "no list of known answers" in response.content.decode()


def test_gold_is_retired_by_hand(cast: Cast, ada: Client) -> None:
    batch = make_batch(cast.project)
    (task,) = make_tasks(batch, 1)
    ada.post(page_of(cast) + "known", known(batch, [{"name": task.image.name, "payload": HERE}]))
    for _again in range(2):
        assert ada.post(f"{page_of(cast)}{task.id}/retire").status_code == 302
    assert GoldTask.objects.get().retired_why == "by_hand"
    assert ada.post(f"{page_of(cast)}999999/retire").status_code == 404


def test_another_client_finds_nothing(cast: Cast) -> None:
    rita = signed_in(cast.rita)
    batch = make_batch(cast.project)
    assert rita.get(page_of(cast)).status_code == 404
    assert rita.post(page_of(cast), FORM).status_code == 404
    assert rita.post(page_of(cast) + "known", known(batch, [])).status_code == 404
    assert rita.get(f"/portal/batches/{batch.id}/forecast").status_code == 404


def test_what_the_client_knew_is_no_history(cast: Cast, ada: Client) -> None:
    """Known answers took nobody's time: a forecast from them would promise labels for nothing."""
    batch = make_batch(cast.project)
    tasks = make_tasks(batch, 4)
    Task.objects.update(state="settled", settled_at="2026-11-01T00:00Z")
    for task in tasks:
        Consensus.objects.create(task=task, source="client", payload={}, confidence=1, answers=0)
    page = ada.get(page_of(cast) + "?images=1000").content.decode()
    assert "3,000 to 5,000" in page
