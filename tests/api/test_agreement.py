"""Agreement pages of the reviewer, the client's quality report as page and JSON."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review import sampling
from review.settle import settle_answered
from tasks.models import Batch, Task
from tests.api.clients import make_key, signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer
from workers.models import Throughput

pytestmark = pytest.mark.django_db(transaction=True)
TAGGED: dict[str, Any] = {
    "classes": [{"key": "esp8266", "names": {"en": "Board", "zh-hans": "开发板"}, "geometries": ["box"]}],
    "tags": [
        {
            "key": "scene",
            "names": {"en": "Scene", "zh-hans": "场景"},
            "kind": "single",
            "required": True,
            "options": [{"key": "in", "names": {"en": "Inside"}}, {"key": "out", "names": {"en": "Outside"}}],
        }
    ],
}


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    cast = make_cast()
    cast.project.schemas.create(version=9, spec=TAGGED)
    type(cast.project).objects.filter(id=cast.project.id).update(
        overlap=3, max_overlap=3, settle_threshold=0.0
    )
    cast.project.refresh_from_db()
    return cast


@pytest.fixture
def batch(cast: Cast) -> Batch:
    """Twelve images; Chen calls every third scene outside."""
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    tasks = make_tasks(batch, 12)
    for person, x in ((cast.an, 100), (cast.bo, 104), (cast.chen, 108)):
        scenes = ["out" if person is cast.chen and i % 3 == 0 else "in" for i in range(12)]
        answer(
            person,
            cast.project,
            {t.id: payload(box(x, 100, 200, 150), scene=s) for t, s in zip(tasks, scenes, strict=True)},
        )
    while settle_answered().taken:
        pass
    assert Task.objects.filter(batch=batch, state="settled").count() == 12
    assert Throughput.objects.exists()
    return batch


def test_the_reviewers_page_names_people_and_links_each_cell(cast: Cast, batch: Batch) -> None:
    page = signed_in(cast.rong).get(reverse("review-agreement", args=[cast.project.id]))
    html = page.content.decode()
    assert page.status_code == 200
    for words in ("An", "Bo", "Chen", "Krippendorff", "Fleiss", "Cohen", "Inside", "Outside", "Mean IoU"):
        assert words in html
    assert "of=scene&amp;row=in&amp;column=out" in html
    behind = reverse("review-agreement-behind", args=[cast.project.id])
    cards = signed_in(cast.rong).get(behind, {"of": "scene", "row": "in", "column": "out"})
    assert cards.content.decode().count('class="thumb"') == 4


def test_a_sample_says_how_many_images_it_leaves_out(
    cast: Cast, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = reverse("review-agreement", args=[cast.project.id])
    rong = signed_in(cast.rong)
    assert b"Measured on all 12 images" in rong.get(path).content
    monkeypatch.setattr(sampling, "SAMPLE", 5)
    assert b"Measured on the latest 5 of 12 images" in rong.get(path).content


def test_one_batch_is_looked_at_alone(cast: Cast, batch: Batch) -> None:
    other = make_batch(cast.project)
    url = reverse("review-agreement", args=[cast.project.id])
    assert "Nothing to compare yet" in signed_in(cast.rong).get(url, {"batch": other.id}).content.decode()
    assert "Krippendorff" in signed_in(cast.rong).get(url, {"batch": batch.id}).content.decode()
    assert signed_in(cast.rong).get(url, {"batch": 10**9}).status_code == 404
    assert signed_in(cast.rong).get(url, {"batch": "x"}).status_code == 200


def test_a_reviewer_of_another_site_knows_people_by_number(cast: Cast, batch: Batch) -> None:
    cast.project.sites.add(cast.datong)
    html = signed_in(cast.dai).get(reverse("review-agreement", args=[cast.project.id])).content.decode()
    assert "Annotator 1" in html
    assert "Chen" not in html


def test_the_clients_report_has_figures_with_intervals_and_no_names(cast: Cast, batch: Batch) -> None:
    page = signed_in(cast.ada).get(reverse("portal-batch-quality", args=[batch.id]))
    html = page.content.decode()
    assert page.status_code == 200
    for words in ("Stated confidence", "Settled by the machine", "Annotator 1", "Krippendorff", "Print"):
        assert words in html
    for name in ("Chen", "guiyang", "贵阳"):
        assert name not in html
    cards = signed_in(cast.ada).get(
        reverse("portal-batch-quality-behind", args=[batch.id]), {"of": "scene", "row": "in", "column": "out"}
    )
    assert cards.content.decode().count(reverse("portal-results", args=[batch.id])) == 4


def test_the_report_as_json(cast: Cast, batch: Batch) -> None:
    _, secret = make_key(cast.mill)
    url = reverse("batch-quality-report", args=[batch.id])
    from django.test import Client

    found = Client(headers={"Authorization": f"Bearer {secret}"}).get(url).json()
    assert found["images"]["settled"] == 12
    assert found["settled_by"] == {"machine": 12, "people": 0, "client": 0}
    assert found["answers_a_task"] == 3.0
    assert found["confidence"]["low"] <= found["confidence"]["value"] <= found["confidence"]["high"]
    assert found["gold"] is None
    assert found["classes"][0]["objects"] == 12
    agreement = found["agreement"]
    assert (agreement["tasks"], agreement["answers"]) == (12, 36)
    assert [one["person"] for one in agreement["people"]] == [1, 2, 3]
    assert agreement["sites"][0]["key"] == "1"
    assert 0.8 < agreement["shapes"]["mean_iou"]["value"] < 1.0


def test_pages_take_a_fixed_number_of_queries(
    cast: Cast, batch: Batch, django_assert_max_num_queries: Any
) -> None:
    client, reviewer = signed_in(cast.ada), signed_in(cast.rong)
    client.get(reverse("portal-batch-quality", args=[batch.id]))
    with django_assert_max_num_queries(16):
        client.get(reverse("portal-batch-quality", args=[batch.id]))
    with django_assert_max_num_queries(14):
        reviewer.get(reverse("review-agreement", args=[cast.project.id]))


def test_nobodys_batch_is_found(cast: Cast, batch: Batch) -> None:
    rita = signed_in(cast.rita)
    for name in ("portal-batch-quality", "portal-batch-quality-behind", "batch-quality-report"):
        assert rita.get(reverse(name, args=[batch.id])).status_code == 404
        assert rita.get(reverse(name, args=[10**9])).status_code == 404
    assert signed_in(cast.dai).get(reverse("review-agreement", args=[cast.project.id])).status_code == 404


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "٣", "-1", "x"])
def test_a_batch_that_is_no_number_is_none(cast: Cast, batch: Batch, number: str) -> None:
    address = f"/review/projects/{cast.project.id}/agreement/"
    assert signed_in(cast.rong).get(address, {"batch": number}).status_code == 200
