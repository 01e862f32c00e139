"""Members of an organization: invited by letter, changed and removed by owners; the last owner stays."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from clients import members
from clients.members import LastOwner
from clients.models import Membership
from tests.api.test_portal import as_person
from tests.cast import Cast, make_cast
from workers.models import Person

INVITATION = {"name": "Mei", "email": "Mei@Mill.example", "role": "member", "language": "zh-hans"}


@pytest.fixture
def ada(cast: Cast) -> Client:
    return as_person(cast.ada)


@pytest.fixture
def invited(ada: Client, django_capture_on_commit_callbacks: Any) -> Person:
    with django_capture_on_commit_callbacks(execute=True):
        assert ada.post("/portal/members/", INVITATION).status_code == 302
    return Person.objects.get(username="mei@mill.example")


def test_an_invited_person_sets_a_password_and_sees_the_organization(cast: Cast, invited: Person) -> None:
    [letter] = mail.outbox
    assert letter.to == ["mei@mill.example"]
    assert not invited.has_usable_password()
    path = re.search(r"https?://[^/]+(/password/reset/\S+)", letter.body)[1]  # type: ignore[index]
    browser = Client()
    page = browser.get(path, follow=True)
    words = {"new_password1": "a-wheel-that-turns", "new_password2": "a-wheel-that-turns"}
    browser.post(page.redirect_chain[-1][0], words)
    invited.refresh_from_db()
    assert invited.check_password("a-wheel-that-turns")
    assert "Boards" in as_person(invited).get("/portal/").content.decode()


def test_inviting_a_member_again_only_writes_again(
    ada: Client, invited: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ada.post("/portal/members/", {**INVITATION, "role": "owner"})
    assert len(mail.outbox) == 2
    assert Membership.objects.get(person=invited).role == "member"


def test_a_client_of_another_organization_keeps_it_and_gets_this_one_too(cast: Cast, ada: Client) -> None:
    Person.objects.filter(id=cast.rita.pk).update(username="rita@rival.example")
    ada.post("/portal/members/", {**INVITATION, "email": "rita@rival.example"})
    assert Membership.objects.filter(person=cast.rita).count() == 2


def test_an_annotator_cannot_be_invited(cast: Cast, ada: Client) -> None:
    Person.objects.filter(id=cast.an.pk).update(username="an@site.example")
    page = ada.post("/portal/members/", {**INVITATION, "email": "an@site.example"})
    assert "cannot be invited" in page.content.decode()
    cast.an.refresh_from_db()
    assert cast.an.role == "annotator"


def test_a_removed_member_sees_nothing_any_more(cast: Cast, ada: Client) -> None:
    ben = as_person(cast.ben)
    membership = Membership.objects.get(person=cast.ben)
    ada.post(f"/portal/members/{membership.id}", {"to": "removed"})
    assert ben.get(f"/portal/projects/{cast.project.id}/").status_code == 404


@pytest.mark.parametrize("to", ["removed", "member"])
def test_the_last_owner_stays(cast: Cast, ada: Client, to: str) -> None:
    membership = Membership.objects.get(person=cast.ada)
    assert ada.post(f"/portal/members/{membership.id}", {"to": to}).status_code == 409
    membership.refresh_from_db()
    assert membership.role == "owner"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locked", "left"), [(True, 1), (False, 0)])
def test_two_owners_who_remove_each_other_leave_one_thanks_to_the_lock(
    monkeypatch: pytest.MonkeyPatch, locked: bool, left: int
) -> None:
    cast = make_cast()
    Membership.objects.filter(person=cast.ben).update(role="owner")
    both_checked = threading.Barrier(2)
    check = members._check_another_owner

    def check_and_wait(membership: Membership) -> None:
        check(membership)
        with suppress(threading.BrokenBarrierError):
            both_checked.wait(timeout=1)

    def remove(membership: Membership) -> None:
        try:
            members.remove(membership=membership)
        except LastOwner:
            return
        finally:
            connection.close()

    monkeypatch.setattr(members, "_check_another_owner", check_and_wait)
    if not locked:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    rows = Membership.objects.filter(organization=cast.mill)
    threads = [threading.Thread(target=remove, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows.all().count() == left
