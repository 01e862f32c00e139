"""One's own account: language, theme, PIN and password, and the letter that resets it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import PASSWORD, PIN, make_person
from workers.models import Earning, Person, Role


@pytest.fixture
def mia(db: None) -> Person:
    cache.clear()
    return make_person(Role.CLIENT, username="mia", email="mia@example.com", language="zh-hans")


def ask(email: str) -> object:
    return Client().post("/password/forgot", {"email": email})


def link() -> str:
    found = re.search(r"http://\S+(/password/reset/\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def test_language_goes_with_the_person_and_the_browser(cast: Cast) -> None:
    client = signed_in(cast.an)
    answer = client.post("/i18n/", {"language": "zh-hans", "next": "/account"})
    assert answer.url == "/account"
    cast.an.refresh_from_db()
    assert cast.an.language == "zh-hans"
    assert 'lang="zh-Hans"' in client.get("/account").text
    client.post("/sign-out")
    assert 'lang="zh-Hans"' in client.get("/sign-in").text


@pytest.mark.parametrize(("accept", "lang"), [("zh-CN,zh;q=0.9", "zh-Hans"), ("en-GB", "en"), ("de", "en")])
def test_before_signing_in_the_browser_is_asked(client: Client, db: None, accept: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in client.get("/sign-in", HTTP_ACCEPT_LANGUAGE=accept).text


@pytest.mark.parametrize("path", ["/i18n/", "/theme"])
def test_choices_are_checked(client: Client, db: None, path: str) -> None:
    assert client.post(path, {"language": "xx", "theme": "pink"}).status_code == 400
    assert client.get(path).status_code == 405


def test_a_choice_leads_back_to_our_pages_alone(client: Client, db: None) -> None:
    answer = client.post("/i18n/", {"language": "en", "next": "https://evil.example/"})
    assert answer.url == "/"


def test_theme_goes_with_the_person(cast: Cast) -> None:
    client = signed_in(cast.an)
    client.post("/theme", {"theme": "dark"})
    assert 'data-theme="dark"' in client.get("/account").text
    other = signed_in(cast.bo)
    assert 'data-theme="auto"' in other.get("/account").text


def test_account_page_asks_little_of_the_database(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.an)
    with django_assert_num_queries(3):  # session, person, site
        client.get("/account")


def test_account_form_saves(cast: Cast) -> None:
    client = signed_in(cast.an)
    answer = client.post("/account", {"language": "zh-hans", "theme": "dark"})
    assert answer.status_code == 302
    cast.an.refresh_from_db()
    assert (cast.an.language, cast.an.theme) == ("zh-hans", "dark")


@pytest.mark.parametrize("pin", ["123456", "777777", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_a_pin_is_six_digits_and_not_easy(cast: Cast, pin: str) -> None:
    client = signed_in(cast.an)
    form = {"old_password": PIN, "new_password1": pin, "new_password2": pin}
    assert client.post("/account/secret", form).status_code == 422
    cast.an.refresh_from_db()
    assert cast.an.check_password(PIN)


def test_a_new_pin_needs_the_old_one(cast: Cast) -> None:
    client = signed_in(cast.an)
    form = {"old_password": "000000", "new_password1": "480215", "new_password2": "480215"}
    assert client.post("/account/secret", form).status_code == 422


def test_a_new_pin_signs_other_browsers_out(cast: Cast) -> None:
    here, there = signed_in(cast.an), signed_in(cast.an)
    form = {"old_password": PIN, "new_password1": "480215", "new_password2": "480215"}
    assert here.post("/account/secret", form).url == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_a_reset_letter_is_in_the_readers_language(mia: Person, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://mill.example"
    ask("MIA@example.com")
    letter = mail.outbox[0]
    assert letter.to == ["mia@example.com"]
    assert "http://mill.example/password/reset/" in letter.body
    html = letter.alternatives[0][0]
    assert 'lang="zh-Hans"' in html
    assert "mia" in html


def test_a_forged_host_does_not_reach_the_letter(mia: Person, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    Client().post("/password/forgot", {"email": "mia@example.com"}, HTTP_HOST="evil.example")
    assert "evil.example" not in mail.outbox[0].body


def test_a_reset_link_works_once(mia: Person) -> None:
    ask("mia@example.com")
    path = link()
    browser = Client()
    page = browser.get(path, follow=True)
    form = {"new_password1": "slow-river-stones", "new_password2": "slow-river-stones"}
    assert browser.post(page.request["PATH_INFO"], form).url == "/sign-in"
    mia.refresh_from_db()
    assert mia.check_password("slow-river-stones")
    assert "Ask for another one" in Client().get(path, HTTP_ACCEPT_LANGUAGE="en").text


def test_a_reset_unlocks_the_name(mia: Person) -> None:
    for _ in range(5):
        Client().post("/sign-in", {"username": "mia", "password": "wrong"})
    ask("mia@example.com")
    browser = Client()
    page = browser.get(link(), follow=True)
    form = {"new_password1": "slow-river-stones", "new_password2": "slow-river-stones"}
    browser.post(page.request["PATH_INFO"], form)
    answer = browser.post("/sign-in", {"username": "mia", "password": "slow-river-stones"})
    assert answer.url == "/portal/"


def test_the_page_does_not_tell_who_has_an_account(mia: Person) -> None:
    known, unknown = ask("mia@example.com"), ask("nobody@example.com")
    assert known.status_code == unknown.status_code == 200
    tokens = re.compile(r'content="\w{64}"|value="\w{64}"')
    pages = [tokens.sub("", page.text) for page in (known, unknown)]
    assert pages[0].replace("mia@", "nobody@") == pages[1]
    assert len(mail.outbox) == 1


def test_a_mailbox_is_not_flooded(mia: Person) -> None:
    ask("mia@example.com")
    ask("mia@example.com")
    assert len(mail.outbox) == 1


def test_annotators_get_no_letter(db: None) -> None:
    cache.clear()
    make_person(Role.ANNOTATOR, email="an@example.com")
    ask("an@example.com")
    assert mail.outbox == []


def test_a_broken_mail_server_is_not_shown(mia: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, *_args: object, **_kwargs: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", broken)
    assert ask("mia@example.com").status_code == 200


def test_an_operator_corrects_somebodys_pay(cast: Cast) -> None:
    Person.objects.filter(id=cast.oscar.id).update(is_staff=True, is_superuser=True)
    operator, an = signed_in(cast.oscar), signed_in(cast.an)
    form = {"person": cast.an.id, "project": cast.project.id, "amount": "-0.50", "currency": "CNY"}
    answer = operator.post("/admin/workers/earning/add/", {**form, "note": "counted twice"})
    assert answer.url == "/admin/workers/earning/", answer.content
    row = Earning.objects.get(person=cast.an)
    assert (row.kind, row.amount, row.note) == ("correction", Decimal("-0.5"), "counted twice")
    today = an.post("/desk/sync", "{}", content_type="application/json").json()["today"]
    assert today["earned"] == "-0.5000"
    assert operator.post(f"/admin/workers/earning/{row.id}/change/", form).status_code == 403
    assert an.post("/admin/workers/earning/add/", form).status_code == 302, "to the sign-in"
    assert Earning.objects.count() == 1


def test_a_short_password_is_refused(mia: Person) -> None:
    ask("mia@example.com")
    browser = Client()
    page = browser.get(link(), follow=True)
    browser.post(page.request["PATH_INFO"], {"new_password1": "short", "new_password2": "short"})
    mia.refresh_from_db()
    assert mia.check_password(PASSWORD)
