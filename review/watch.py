"""The signs of one person, from their latest answers and those of others at the same images."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from review.consequences import percent
from review.models import Consensus
from review.signals import Given, Sign, drawn, signs_of
from tasks.models import Prediction, Submission
from workers.models import Person

LATEST = 200  # answers of the person that are looked at


def signs(*, person: Person) -> list[str]:
    """Each sign as a sentence in the reader's language; a fixed number of queries."""
    work = Submission.objects.current().filter(purpose="work")
    own = list(work.filter(annotator=person).order_by("-created_at")[:LATEST])
    tasks = {submission.task_id for submission in own}
    # Of one site: people copy from those beside them, and a supervisor hears of nobody elsewhere.
    beside = work.filter(task__in=tasks, annotator__site=person.site_id).exclude(annotator=person)
    others = list(beside)
    found = signs_of(own=_given(own, tasks), others=_given(others, tasks))
    return [_sentence(sign) for sign in found]


def _given(rows: Collection[Submission], tasks: Collection[int]) -> list[Given]:
    drafts = dict(Prediction.objects.filter(task__in=tasks).values_list("task_id", "payload"))
    settled = Consensus.objects.filter(task__in=tasks, task__state="settled")
    agreement = dict(settled.values_list("task_id", "payload__agreement"))
    return [
        Given(
            task=row.task_id,
            person=row.annotator_id,
            active_ms=row.active_ms,
            payload=row.payload,
            agreement=(agreement.get(row.task_id) or {}).get(str(row.id)),
            as_drafted=row.task_id in drafts and drawn(drafts[row.task_id]) == drawn(row.payload),
        )
        for row in rows
    ]


def _sentence(sign: Sign) -> str:
    figures = dict(sign.figures)
    if sign.kind == "copies":
        other = Person.objects.filter(id=figures["person"]).first()
        figures["person"] = other.display_name if other else ""
        return _("%(count)s answers are drawn exactly as %(person)s drew them.") % figures
    if sign.kind == "random":
        figures["mean"] = percent(figures["mean"])
        return _("%(count)s settled answers match what was settled only by %(mean)s on average.") % figures
    if sign.kind == "quick":
        figures = {name: f"{value:.0f}" for name, value in figures.items()}
        return _("Takes %(own)s seconds where others take %(others)s, over %(count)s images.") % figures
    figures |= {"share": percent(figures["share"]), "others": percent(figures["others"])}
    return (
        _("Chooses “%(choice)s” in %(share)s of answers; others do at the same images in %(others)s.")
        % figures
    )
