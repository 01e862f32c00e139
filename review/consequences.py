"""What follows when a person's answers to gold match too little: the rules of a project, carried out.

A consequence rests on answers that came after the last one of its kind, so that nobody is sent back twice for
the same answers. Its reason is a plain sentence that the annotator reads in "my work", and may appeal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from review.models import Consequence, GoldRule, GoldScore
from review.practice import practice_left
from tasks import gold
from tasks.models import Entrance, Project
from workers import notices, people
from workers.models import Person

Action = GoldRule.Action


def apply_rules(*, scores: Iterable[GoldScore], now: datetime) -> list[Consequence]:
    """Look at the people of these new scores; each rule that is broken comes into effect once."""
    persons: dict[int, set[int]] = defaultdict(set)
    for score in scores:
        persons[score.project_id].add(score.person_id)
    rules = GoldRule.objects.filter(project__in=persons).order_by("project", "id").select_related("project")
    made = []
    for rule in rules:
        for person in sorted(persons[rule.project_id]):
            found = _broken(rule, person_id=person)
            if found is not None:
                made.append(_carry_out(rule, person_id=person, mean=found, now=now))
    return made


def reason_of(consequence: Consequence) -> str:
    """Why, in a sentence, in the reader's language. Needs its project."""
    terms = {
        "project": consequence.project.name,
        "over": consequence.over,
        "mean": percent(consequence.mean),
        "below": percent(consequence.below),
    }
    sentences = {
        Action.NOTIFY: _(
            "Your last %(over)s checked answers in %(project)s match the known answers by %(mean)s; at least "
            "%(below)s is needed. Your supervisor has been told, to help you."
        ),
        Action.PRACTICE: _(
            "Your last %(over)s checked answers in %(project)s match the known answers by %(mean)s; at least "
            "%(below)s is needed. Please practise again; then you go on."
        ),
        Action.PAUSE: _(
            "Your last %(over)s checked answers in %(project)s match the known answers by %(mean)s; at least "
            "%(below)s is needed. Your work is paused; talk to your supervisor."
        ),
    }
    return sentences[Action(consequence.action)] % terms


def lift(*, consequence: Consequence, now: datetime) -> None:
    """An appeal was granted: what the consequence did is undone."""
    lifted = Consequence.objects.filter(id=consequence.id, lifted_at=None).update(lifted_at=now)
    if not lifted:
        return
    if consequence.action == Action.PAUSE:
        people.resume(person=consequence.person)
    elif consequence.action == Action.PRACTICE:
        gold.set_entrance(
            person_id=consequence.person_id,
            project_id=consequence.project_id,
            state=Entrance.State.PASSED,
            reason="",
            now=now,
        )


def set_rules(*, project: Project, rules: Sequence[tuple[Action, float, int]]) -> None:
    """The project's rules: (action, mean below, over the last). Those not named are dropped."""
    with transaction.atomic():
        GoldRule.objects.filter(project=project).exclude(action__in=[rule[0] for rule in rules]).delete()
        for action, below, over in rules:
            GoldRule.objects.update_or_create(
                project=project, action=action, defaults={"below": below, "over": over}
            )


def percent(share: float) -> str:
    return f"{share:.0%}"


def _broken(rule: GoldRule, *, person_id: int) -> float | None:
    """The mean that breaks the rule; none where it is kept, or too few answers say anything yet."""
    before = Consequence.objects.filter(person=person_id, project=rule.project, action=rule.action)
    since = before.aggregate(last=Max("made_at"))["last"]
    scores = GoldScore.objects.filter(project=rule.project, person=person_id, is_practice=False)
    if since is not None:
        # An answer is marked later than it is given: those in between were not known to the last one.
        scores = scores.filter(answered_at__gt=since - gold.OPEN_FOR)
    last = list(scores.order_by("-answered_at").values_list("score", flat=True)[: rule.over])
    mean = sum(last) / len(last) if len(last) == rule.over else 1.0
    return mean if mean < rule.below else None


def _carry_out(rule: GoldRule, *, person_id: int, mean: float, now: datetime) -> Consequence:
    person, project = Person.objects.get(id=person_id), rule.project
    action = Action(rule.action)
    if action == Action.PRACTICE and not _can_practise(person, project):
        action = Action.NOTIFY
    with transaction.atomic():
        made = Consequence.objects.create(
            person=person,
            project=project,
            action=action,
            mean=mean,
            below=rule.below,
            over=rule.over,
            made_at=now,
        )
        if action == Action.PAUSE:
            people.pause(person=person, now=now)
        elif action == Action.PRACTICE:
            gold.set_entrance(
                person_id=person.id,
                project_id=project.id,
                state=Entrance.State.SENT_BACK,
                reason=reason_of(made),
                now=now,
            )
        about = {
            "person": person.display_name,
            "project": project.name,
            "over": rule.over,
            "mean": percent(mean),
        }
        supervisors = notices.supervisors_of(site_id=person.site_id)
        notices.notify(people=supervisors, kind=f"gold_{action}", about=about)
        notices.notify(people=[person.id], kind="told", about=about, link="/desk/mine/")
    return made


def _can_practise(person: Person, project: Project) -> bool:
    """Somebody who has seen all practice there is would be locked out by more of it."""
    return project.practice_pass_mark is not None and practice_left(person=person, project=project) > 0
