"""Signing in: one page for every role, locked by name and never by address, safe ways on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.factories import PASSWORD, PIN, make_person
from workers.auth import forget_old, locked_until
from workers.models import Person, Role
from workers.people import reset_pin

WRONG = "000111"


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def attempt(client: Client, name: str, secret: str, *, next: str = "", **headers: str) -> object:
    return client.post("/sign-in", {"username": name, "password": secret, "next": next}, **headers)  # type: ignore[arg-type]


def who(client: Client) -> str | None:
    found = client.session.get("_auth_user_id")
    return Person.objects.get(pk=found).username if found else None


@pytest.mark.parametrize(
    ("name", "secret", "home"),
    [
        ("an", PIN, "/desk/"),
        ("rong", PASSWORD, "/review/"),
        ("sun", PASSWORD, "/floor/"),
        ("ada", PASSWORD, "/portal/"),
        ("oscar", PASSWORD, "/admin/"),
    ],
)
def test_each_role_arrives_at_its_own_place(
    client: Client, cast: Cast, name: str, secret: str, home: str
) -> None:
    answer = attempt(client, name, secret)
    assert (answer.status_code, answer.url) == (302, home)
    assert client.get("/").url == home
    assert client.get("/sign-in").url == home


def test_a_stranger_is_led_to_the_sign_in_page(client: Client, db: None) -> None:
    assert client.get("/").url == "/sign-in"
    assert client.get("/account").url == "/sign-in?next=/account"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/sign-in?next=%2Fadmin%2F"


def test_name_is_taken_without_regard_to_case_and_blanks(client: Client, cast: Cast) -> None:
    attempt(client, "  AN ", PIN)
    assert who(client) == "an"


def test_an_e_mail_serves_as_name(client: Client, db: None) -> None:
    make_person(Role.CLIENT, username="mia", email="Mia@example.com")
    attempt(client, "mia@EXAMPLE.com", PASSWORD)
    assert who(client) == "mia"


def test_an_e_mail_of_two_people_names_neither(client: Client, db: None) -> None:
    make_person(Role.CLIENT, username="mia", email="office@example.com")
    make_person(Role.CLIENT, username="max", email="office@example.com")
    assert attempt(client, "office@example.com", PASSWORD).status_code == 422


def test_a_wrong_secret_says_the_same_as_an_unknown_name(client: Client, cast: Cast) -> None:
    known, unknown = attempt(client, "an", WRONG), attempt(client, "nobody", WRONG)
    assert known.status_code == unknown.status_code == 422
    message = "The name and the PIN or password do not go together."
    assert message in known.text
    assert message in unknown.text
    assert who(client) is None


def test_an_inactive_person_stays_outside(client: Client, cast: Cast) -> None:
    Person.objects.filter(pk=cast.an.pk).update(is_active=False)
    assert attempt(client, "an", PIN).status_code == 422


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        ("/account", "/account"),
        ("/desk/?project=3", "/desk/?project=3"),
        ("/portal/", "/desk/"),  # the ground of whoever sat here before
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("/\\evil.example", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
    ],
)
def test_the_way_on_is_ours(client: Client, cast: Cast, wanted: str, way: str) -> None:
    assert attempt(client, "an", PIN, next=wanted).url == way


def test_five_wrong_tries_lock_the_name_and_say_for_how_long(client: Client, cast: Cast) -> None:
    for _ in range(4):
        assert attempt(client, "an", WRONG).status_code == 422
    locked = attempt(client, "an", WRONG)
    assert locked.status_code == 429
    assert "Try again in 15 minutes." in locked.text
    assert 0 < int(locked["Retry-After"]) <= 900
    assert attempt(client, "an", PIN).status_code == 429  # the right PIN does not help now


def test_the_lock_holds_from_another_address_and_browser(cast: Cast) -> None:
    for n in range(5):
        attempt(Client(), "an", WRONG, REMOTE_ADDR=f"10.0.0.{n}", HTTP_USER_AGENT=f"Browser {n}")
    assert attempt(Client(), "an", PIN, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_an_e_mail_gives_no_second_set_of_tries(cast: Cast) -> None:
    make_person(Role.CLIENT, username="mia", email="mia@example.com")
    for n in range(5):
        attempt(Client(), "mia" if n % 2 else "mia@example.com", WRONG)
    assert attempt(Client(), "mia", PASSWORD).status_code == 429


def test_others_at_the_same_address_are_not_locked(client: Client, cast: Cast) -> None:
    for name in ("an", "chen", "nobody", "deng"):
        for _ in range(5):
            attempt(Client(), name, WRONG)
    attempt(client, "bo", PIN)
    assert who(client) == "bo"


def test_tries_while_locked_do_not_make_it_longer(client: Client, cast: Cast) -> None:
    for _ in range(5):
        attempt(client, "an", WRONG)
    first = locked_until(username="an", now=timezone.now())
    for _ in range(3):
        attempt(client, "an", WRONG)
    assert locked_until(username="an", now=timezone.now()) == first is not None


def test_the_lock_ends_by_itself(client: Client, cast: Cast) -> None:
    for _ in range(5):
        attempt(client, "an", WRONG)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert locked_until(username="an", now=timezone.now()) is None
    attempt(client, "an", PIN)
    assert who(client) == "an"


def test_a_new_pin_from_the_supervisor_unlocks(client: Client, cast: Cast) -> None:
    for _ in range(5):
        attempt(client, "an", WRONG)
    attempt(client, "an", reset_pin(person=cast.an))
    assert who(client) == "an"


def test_a_right_secret_forgets_the_wrong_ones(client: Client, cast: Cast) -> None:
    for _ in range(4):
        attempt(client, "an", WRONG)
    attempt(client, "an", PIN)
    client.post("/sign-out")
    assert attempt(client, "an", WRONG).status_code == 422


def test_signing_in_needs_the_token_of_the_form(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in", {"username": "an", "password": PIN}).status_code == 403


def test_the_session_ends_after_twelve_hours(client: Client, cast: Cast) -> None:
    attempt(client, "an", PIN)
    assert client.session.get_expiry_age() == 12 * 3600


def test_signing_in_takes_a_new_session_id(client: Client, cast: Cast) -> None:
    """A session id planted on a shared PC before somebody signs in is worth nothing afterwards."""
    attempt(client, "an", PIN)
    before = client.cookies["sessionid"].value
    attempt(client, "bo", PIN)
    assert client.cookies["sessionid"].value != before
    assert who(client) == "bo"


def test_switching_leaves_nothing_of_the_person(client: Client, cast: Cast) -> None:
    Person.objects.filter(pk=cast.an.pk).update(display_name="Anhua")
    attempt(client, "an", PIN)
    session = client.cookies["sessionid"].value
    page = client.get("/account")
    assert page["Cache-Control"] == "no-store"
    assert client.post("/sign-out", {"then": "switch"}).url == "/sign-in"
    after = client.get("/sign-in")
    assert not after.context["form"].is_bound
    assert "Anhua" in page.text
    assert "Anhua" not in after.text
    client.cookies["sessionid"] = session
    assert client.get("/account").status_code == 302


def test_leaving_says_so(client: Client, cast: Cast) -> None:
    attempt(client, "an", PIN)
    assert client.get("/sign-out").status_code == 200
    assert who(client) == "an", "looking at the page signs nobody out"
    left = client.post("/sign-out", {"then": "leave"}, follow=True)
    assert "You are signed out." in left.text
    assert who(client) is None


@pytest.mark.parametrize("page", ["/account", "/desk/", "/sign-in"])
def test_who_left_without_a_line_is_signed_out_by_the_first_request(
    client: Client, cast: Cast, page: str
) -> None:
    Person.objects.filter(pk=cast.an.pk).update(display_name="Anhua")
    attempt(client, "an", PIN)
    client.cookies["left"] = client.cookies["csrftoken"].value
    assert "Anhua" not in client.get(page).text
    assert who(client) is None
    assert [client.cookies[name].value for name in ("left", "desk")] == ["", ""]


@pytest.mark.parametrize(("has_left", "language"), [(True, "en"), (False, "zh-hans")])
def test_nothing_more_is_done_in_the_name_of_who_left(
    client: Client, cast: Cast, has_left: bool, language: str
) -> None:
    attempt(client, "an", PIN)
    if has_left:
        client.cookies["left"] = client.cookies["csrftoken"].value
    client.post("/i18n/", {"language": "zh-hans"})
    cast.an.refresh_from_db()
    assert (cast.an.language, who(client)) == (language, None if has_left else "an")


@pytest.mark.parametrize("left", ["x" * 32, "", "\u00e9"])
def test_who_signed_in_after_somebody_had_left_stays(client: Client, cast: Cast, left: str) -> None:
    attempt(client, "bo", PIN)
    client.cookies["left"] = left
    assert client.get("/account").status_code == 200
    assert who(client) == "bo"
    assert client.cookies["left"].value == "", "and is not asked about it again"


def test_nobody_leaves_by_two_empty_tokens(client: Client, cast: Cast) -> None:
    attempt(client, "an", PIN)
    client.cookies["csrftoken"] = client.cookies["left"] = ""
    assert client.get("/account").status_code == 200


def test_a_paused_person_may_enter_and_reads_why(client: Client, cast: Cast) -> None:
    """Work not yet sent waits in the browser: a closed door would lose it."""
    Person.objects.filter(pk=cast.an.pk).update(paused_at=timezone.now())
    attempt(client, "an", PIN)
    assert "Your work is paused." in client.get("/account").text


def test_what_was_typed_is_kept_nowhere(client: Client, cast: Cast) -> None:
    attempt(client, "an", "314159")
    row = AccessAttempt.objects.get()
    assert "314159" not in f"{row.post_data} {row.get_data} {row.path_info}"


def test_old_tries_and_ended_sessions_are_forgotten(client: Client, cast: Cast) -> None:
    """Anybody may make such rows, one for each name thought up."""
    attempt(client, "an", WRONG)
    attempt(client, "bo", PIN)
    forget_old(now=timezone.now())
    assert (AccessAttempt.objects.count(), Session.objects.count()) == (1, 1)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    forget_old(now=timezone.now())
    assert (AccessAttempt.objects.count(), Session.objects.count()) == (0, 0)
