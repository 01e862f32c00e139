"""Every kind of shape through the whole of settling: answers, consensus, dispute, verdict."""

from __future__ import annotations

import json
import uuid
from typing import Any

import numpy as np
import pytest

from review import settle
from review.adjudicate import Verdict, adjudicate
from review.consensus import conclude, parse_answer, parse_spec
from review.crowds import knowledge
from review.models import Consensus
from tasks.models import LabelSchema, Task
from tasks.payloads import check_payload
from tasks.shapes.rle import pack_mask
from tests.cast import Cast, make_cast
from tests.factories import make_batch, make_project, make_tasks
from tests.labelling import answer, dispute
from workers.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ("box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask")
WIDTH, HEIGHT = 1000, 750
SPEC = {
    "classes": [
        {
            "key": kind.replace("_", "-"),
            "names": {"en": kind},
            "geometries": [kind],
            **(
                {"skeleton": {"points": [{"key": k, "names": {"en": k}} for k in "abc"], "edges": [[0, 1]]}}
                if kind == "skeleton"
                else {}
            ),
        }
        for kind in KINDS
    ]
}


def disc(x: float, y: float, width: int, height: int) -> dict[str, Any]:
    rows, columns = np.mgrid[0:height, 0:width]
    return pack_mask((columns - x) ** 2 + (rows - y) ** 2 < 40**2)


def drawn(off: float, width: int = WIDTH, height: int = HEIGHT) -> dict[str, Any]:
    """One shape of each kind, moved by `off` pixels."""
    o = off
    geometries: dict[str, Any] = {
        "box": [50 + o, 50, 100, 80],
        "rotated_box": [300 + o, 100, 100, 60, 30 + o],
        "ellipse": [500, 100 + o, 60, 40, (350 + o) % 360],
        "polygon": [[650 + o, 50, 800, 60, 790, 150 + o, 700, 160, 640, 120]],
        "polyline": [50, 300 + o, 150, 320, 250 + o, 310],
        "point": [350 + o, 300],
        "skeleton": [450 + o, 250, 2, 500, 300 + o, 1, 0, 0, 0],
        "mask": disc(700 + o, 320, width, height),
    }
    shapes = [
        {"id": kind, "class": kind.replace("_", "-"), "type": kind, kind: geometries[kind], "attributes": {}}
        for kind in KINDS
    ]
    return {"tags": {}, "shapes": shapes}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def one_task(cast: Cast, **fields: Any) -> Task:
    project = make_project(SPEC, sites=[cast.guiyang], organization=cast.project.organization, **fields)
    (task,) = make_tasks(make_batch(project), 1)
    return task


def size_of(task: Task) -> tuple[int, int]:
    return task.image.width or 0, task.image.height or 0


def test_all_kinds_settle_and_their_consensus_is_an_answer_the_server_would_take(cast: Cast) -> None:
    task = one_task(cast, overlap=3, max_overlap=3)
    width, height = size_of(task)
    assert (width, height) == (WIDTH, HEIGHT)
    crew: list[Person] = [cast.an, cast.bo, cast.chen]
    for person, off in zip(crew, (-1.0, 0.0, 1.5), strict=True):
        given = check_payload(payload=drawn(off), spec=SPEC, width=width, height=height)
        answer(person, task.project, {task.id: given})
    assert settle.settle_answered() == settle.Tally(taken=1, settled=1)
    payload = Consensus.objects.get(task=task).payload
    assert sorted(shape["type"] for shape in payload["shapes"]) == sorted(KINDS)
    assert all(len(shape["agreed"]) == 3 for shape in payload["shapes"])
    plain = [
        {key: shape[key] for key in ("id", "class", "type", shape["type"], "attributes")}
        for shape in payload["shapes"]
    ]
    check_payload(payload={"tags": {}, "shapes": plain}, spec=SPEC, width=width, height=height)


def test_history_replayed_gives_the_same_consensus_bit_for_bit(cast: Cast) -> None:
    task = one_task(cast, overlap=3, max_overlap=3)
    for person, off in zip([cast.an, cast.bo, cast.chen], (-1.0, 0.3, 1.7), strict=True):
        answer(person, task.project, {task.id: drawn(off)})
    known = knowledge(projects=[task.project_id], people=[])[task.project_id]
    settle.settle_answered()
    again = conclude(
        answers=[
            parse_answer(
                submission=str(s.id),
                annotator=s.annotator_id,
                skill=known.skill(s.annotator_id),
                payload=s.payload,
            )
            for s in task.submissions.order_by("-id")
        ],
        spec=parse_spec(LabelSchema.objects.get(id=task.schema_id).spec),
        size=(float(WIDTH), float(HEIGHT)),
        crowd=known.crowd,
    )
    assert json.loads(again.json()) == Consensus.objects.get(task=task).payload


def test_a_dispute_over_any_kind_is_settled_by_a_verdict_in_that_kind(cast: Cast) -> None:
    task = one_task(cast, overlap=2, max_overlap=2, settle_threshold=0.95)
    case = dispute([cast.an, cast.bo], task, [drawn(0.0), {"tags": {}, "shapes": []}])
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=Verdict(uuid.uuid4(), drawn(0.0)))
    settled = Consensus.objects.get(task=task)
    assert settled.source == "adjudication"
    assert [shape["type"] for shape in settled.payload["shapes"]] == list(KINDS)
    assert settled.payload["shapes"][-1]["mask"] == drawn(0.0)["shapes"][-1]["mask"]
    by_author = {s.annotator_id: settled.payload["agreement"][str(s.id)] for s in task.submissions.all()}
    assert by_author == {cast.an.pk: 1.0, cast.bo.pk: 0.0}
