"""What a client is told about the quality of one batch: how sure, by whom, how far people agree; as JSON.

Every figure comes with a 95 % confidence interval, or is left out (null) where there is nothing to tell.
People have numbers here, in the order of their answers: the client learns how they agree, not who they are.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, StdDev
from scipy.stats import t as student

from review.agreement.report import report
from review.models import Consensus, GoldScore
from review.sampling import SAMPLE, Taken, take_sample
from tasks.models import Batch, LabelSchema, Task
from tasks.progress import batch_progress

LEVEL = 0.95
NEWEST = 10_000  # of a batch of a million images the newest are looked at


def quality_report(*, batch: Batch, now: datetime) -> tuple[dict[str, Any], Taken]:
    """The report, and the sample its agreement rests on; a fixed number of queries."""
    taken = take_sample(tasks=Task.objects.filter(batch=batch), schema=batch.schema)
    progress = batch_progress([batch.id])[batch.id]
    settled = Consensus.objects.filter(task__batch=batch, task__state=Task.State.SETTLED)
    newest = settled.order_by("-task_id").values("task_id")[:NEWEST]
    found = Consensus.objects.filter(task__in=newest).aggregate(
        **_spread("confidence"),
        answers=Avg("answers"),
        machine=Count("task_id", filter=Q(source=Consensus.Source.MACHINE)),
        people=Count("task_id", filter=Q(source__in=Consensus.BY_REVIEWERS)),
        client=Count("task_id", filter=Q(source=Consensus.Source.CLIENT)),
        excluded=Count("task_id", filter=Q(excluded=True)),
    )
    gold = GoldScore.objects.filter(submission__task__batch=batch, is_practice=False)
    return {
        "batch": {"id": batch.id, "name": batch.name, "project": batch.project.name},
        "made_at": now.isoformat(timespec="seconds"),
        "images": {key: progress[key] for key in ("received", "ready", "failed", "settled", "disputed")},
        "settled_by": {key: found[key] for key in ("machine", "people", "client")},
        "left_out": found["excluded"],
        "answers_a_task": round(found["answers"], 2) if found["answers"] else None,
        "confidence": _interval(found),
        "gold": _interval(gold.aggregate(**_spread("score"))),
        "classes": _classes(settled),
        "agreement": anonymous(measured(taken)),
    }, taken


def project_agreement(*, schema: LabelSchema, batch: Batch | None = None) -> tuple[dict[str, Any], Taken]:
    """Agreement over the latest tasks under the schema, or of one batch of them."""
    tasks = Task.objects.filter(project=schema.project_id)
    taken = take_sample(tasks=tasks.filter(batch=batch) if batch else tasks, schema=schema)
    return measured(taken), taken


def measured(taken: Taken) -> dict[str, Any]:
    """Agreement in the sample; `of` is the number of images that it was drawn from, the latest of them."""
    return report(taken.sample) | {"of": taken.of}


def anonymous(agreement: dict[str, Any]) -> dict[str, Any]:
    """The same with people's numbers from 1 on in place of their ids, and without their sites' names."""
    number = {one["person"]: n for n, one in enumerate(agreement["people"], start=1)}
    return agreement | {
        "people": [one | {"person": number[one["person"]]} for one in agreement["people"]],
        "pairs": [
            one | {"people": [number[person] for person in one["people"]]} for one in agreement["pairs"]
        ],
        "sites": [one | {"key": str(n)} for n, one in enumerate(agreement["sites"], start=1)],
    }


def _spread(field: str) -> dict[str, Any]:
    return {"mean": Avg(field), "deviation": StdDev(field, sample=True), "count": Count("pk")}


def _interval(found: dict[str, Any]) -> dict[str, float | int] | None:
    """Mean of shares with Student's interval; all that is possible where there is one value."""
    mean, count = found["mean"], found["count"]
    if not count:
        return None
    reach = 1.0
    if count > 1:
        reach = float(student.ppf((1 + LEVEL) / 2, count - 1) * (found["deviation"] or 0.0) / count**0.5)
    low, high = max(mean - reach, 0.0), min(mean + reach, 1.0)
    return {"value": round(mean, 4), "low": round(low, 4), "high": round(high, 4), "items": count}


def _classes(settled: QuerySet[Consensus]) -> list[dict[str, Any]]:
    """Objects of each class in the newest settled tasks, how sure, and how near their outlines are."""
    sure: dict[str, list[float]] = defaultdict(list)
    near: dict[str, list[float]] = defaultdict(list)
    latest = settled.filter(excluded=False).order_by("-task_id").values_list("payload", flat=True)
    for payload in latest[:SAMPLE]:
        for shape in payload.get("shapes", ()):
            sure[shape["class"]].append(float(shape.get("confidence", 1.0)))
            near[shape["class"]].append(float(shape.get("expected_iou") or 1.0))
    return [
        {
            "key": key,
            "objects": len(sure[key]),
            "confidence": _mean(sure[key]),
            "expected_iou": _mean(near[key]),
        }
        for key in sorted(sure)
    ]


def _mean(values: list[float]) -> dict[str, float | int] | None:
    mean = sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / max(len(values) - 1, 1)) ** 0.5
    return _interval({"mean": mean, "deviation": deviation, "count": len(values)})
