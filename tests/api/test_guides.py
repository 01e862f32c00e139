"""A project's guide: its pictures, who may use and see them, and how an edited guide reaches browsers."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import PIL.Image
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tasks import briefs, guide_pictures, guides, light
from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import Rendered
from tasks.guides import render_guide
from tasks.models import GuidePicture, LabelSchema, Project
from tasks.parcels import spec_of
from tasks.projects import change_project
from tests.api.clients import Caller, signed_in
from tests.api.test_desk import seat, submission, sync
from tests.api.test_media import body, fetch
from tests.cast import Cast
from tests.factories import make_batch, make_project, make_tasks
from tests.unit import pictures
from tests.unit.pictures import encode, noise, oriented, png_claiming, quarters

DAY = 24 * 3600


class Author:
    """A client's script that writes a project's guide."""

    def __init__(self, caller: Caller, project: Project) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {caller.secret}", "Accept-Language": "en"})
        self.path = f"/api/v1/projects/{project.id}/guide"

    def send(self, data: bytes, name: str = "好的框.png") -> Any:
        return self.client.post(f"{self.path}/pictures", {"file": SimpleUploadedFile(name, data)})

    def sent(self, data: bytes) -> dict[str, Any]:
        answer = self.send(data)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def remove(self, sha256: str) -> Any:
        return self.client.delete(f"{self.path}/pictures/{sha256}")

    def write(self, **guide: str) -> Any:
        texts = {language.replace("_", "-"): text for language, text in guide.items()}
        return self.client.put(self.path, json.dumps({"guide": texts}), content_type="application/json")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    briefs.forget_briefs()


@pytest.fixture
def author(mill: Caller, cast: Cast) -> Author:
    return Author(mill, cast.project)


@pytest.fixture
def an(cast: Cast) -> Client:
    make_tasks(make_batch(cast.project), 12)
    return signed_in(cast.an)


def addresses(html: str) -> list[str]:
    return re.findall(r'<img src="([^"]*)"', html)


def test_a_picture_is_made_small_upright_and_bare(author: Author) -> None:
    data = oriented(6)
    told = author.sent(data)
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["address"] == f"guide:{told['sha256'][:16]}"
    answer = fetch(told["url"])
    webp = body(answer)
    assert (answer["Content-Type"], len(webp)) == ("image/webp", told["size"])
    assert "immutable" in answer["Cache-Control"]
    with PIL.Image.open(io.BytesIO(webp)) as picture:
        assert (picture.format, picture.size) == ("WEBP", quarters().size)
        assert not picture.getexif()
        assert "exif" not in picture.info


def test_a_heavy_photograph_becomes_light(author: Author) -> None:
    photograph = PIL.Image.effect_noise((2400, 1600), 25).convert("RGB")
    told = author.sent(encode(photograph, "JPEG", quality=90))
    assert max(told["width"], told["height"]) == 1024
    drawing = encode(quarters(2600, 1300), "PNG")
    told = author.sent(drawing)
    assert (told["width"], told["height"]) == (1280, 640)
    assert told["size"] < 60_000


def test_the_same_picture_twice_is_one(author: Author, cast: Cast) -> None:
    data = encode(quarters(), "PNG")
    first, again = author.sent(data), author.send(data, "another name.png")
    assert (again.status_code, again.json()["address"]) == (200, first["address"])
    assert GuidePicture.objects.count() == 1
    listed = author.client.get(f"{author.path}/pictures").json()["results"]
    assert [one["name"] for one in listed] == ["好的框.png"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"not for you", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        (png_claiming(60_000, 60_000), "too_many_pixels"),
        (encode(noise(), "JPEG")[:3000], "truncated"),
        (pictures.animation("GIF"), "animated"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(author: Author, data: bytes, code: str) -> None:
    answer = author.send(data)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert answer.json()["detail"]
    assert not GuidePicture.objects.exists()


def test_a_file_that_is_too_large_is_refused(author: Author, settings: Settings) -> None:
    settings.MAX_IMAGE_BYTES = 1000
    answer = author.send(encode(noise(), "PNG"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_form_without_a_file_is_refused(author: Author) -> None:
    answer = author.client.post(f"{author.path}/pictures", {"words": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "file")


def test_a_guide_has_only_so_many_pictures(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide_pictures, "MOST", 1)
    first = encode(quarters(), "PNG")
    author.sent(first)
    answer = author.send(encode(quarters(64, 64), "PNG"))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_pictures")
    assert author.send(first).status_code == 200


def test_only_one_picture_is_decoded_at_a_time(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for their turn: each who does holds a thread."""
    began = time.monotonic()
    with guide_pictures._alone():
        answer = author.send(encode(quarters(), "PNG"))
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "picture_busy", "5")


def test_a_picture_is_made_light_within_the_same_turn(
    author: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = guide_pictures._light

    def light(screen: bytes) -> Any:
        assert not guide_pictures._place.acquire(blocking=False)
        return real(screen)

    monkeypatch.setattr(guide_pictures, "_light", light)
    author.sent(encode(quarters(), "PNG"))


@pytest.mark.parametrize(
    "given",
    [encode(quarters(), "PNG"), encode(quarters(4000, 40), "WEBP"), encode(quarters(), "WEBP")[:-400], b""],
    ids=["other format", "too large", "cut off", "nothing"],
)
def test_what_a_decoder_gives_that_was_not_asked_for_is_refused(author: Author, given: bytes) -> None:
    """A file may have taken the process over that decodes it."""
    with patch.object(Decoder, "decode", return_value=Rendered("PNG", 9, 9, given, given)):
        answer = author.send(encode(quarters(), "PNG"))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "corrupt")


def test_a_light_copy_is_made_of_a_rendition_alone() -> None:
    """Nothing but WebP of a rendition's size is decoded; another picture is delivered as it is."""
    for stranger in (encode(noise(), "PNG"), encode(quarters(4000, 40), "WEBP")):
        with pytest.raises(OSError, match="rendition"):
            light._lighter(stranger)


def test_a_picture_of_too_many_pixels_is_told_how_many_it_may_have(author: Author) -> None:
    answer = author.send(png_claiming(8000, 8000))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many_pixels")
    assert "40" in answer.json()["detail"]


def test_a_picture_sent_twice_at_once_is_one_however_full_the_guide(
    author: Author, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was first did it while the second was being decoded."""
    monkeypatch.setattr(guide_pictures, "MOST", 1)
    data, real = encode(quarters(), "PNG"), guide_pictures._made

    def made(file: Any) -> Any:
        facts = {"name": "first", "width": 1, "height": 1, "size": 1, "sha256": file.sha256}
        GuidePicture.objects.create(project=cast.project, **facts)
        return real(file)

    monkeypatch.setattr(guide_pictures, "_made", made)
    answer = author.send(data)
    assert (answer.status_code, answer.json()["name"]) == (200, "first")


def test_the_guide_shows_its_pictures_with_their_words(author: Author, cast: Cast) -> None:
    told = author.sent(encode(quarters(), "PNG"))
    answer = author.write(zh_hans=f'![好 "的" 框]({told["address"]})', en="Plain.")
    assert answer.status_code == 200, answer.content
    html = briefs.schemas_for(
        person=cast.an, needed=[cast.project.schemas.get().id], known={}, now=timezone.now()
    )[str(cast.project.schemas.get().id)]["guide_html"]
    expected = f'alt="好 &quot;的&quot; 框" width="{told["width"]}" height="{told["height"]}" loading="lazy"'
    if cast.an.language == "en":
        assert "Plain." in html
    else:
        assert expected in html
        assert fetch(addresses(html)[0]).status_code == 200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("![x](https://pictures.example/a.png)", "external_picture"),
        ("Look: ![x][far]\n\n[far]: http://pictures.example/a.png", "external_picture"),
        ("| a |\n|---|\n| ![x](//pictures.example/a.png) |", "external_picture"),
        ("![x](guide:0123456789abcdef)", "unknown_picture"),
    ],
)
def test_a_picture_that_nobody_would_see_is_refused_when_the_guide_is_saved(
    author: Author, mill: Caller, cast: Cast, text: str, code: str
) -> None:
    answer = author.write(en=text)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["where"], fault["code"]) == ("guide.en", code)
    assert "pload" in fault["detail"]
    assert mill.post("/projects", {"name": "New", "guide": {"en": text}}).status_code == 422
    form = {
        "name": "Boards", "guide_zh": text, "overlap": 3, "max_overlap": 5, "settle_threshold": "0.8",
        "lease_minutes": 20, "price": "0.05", "currency": "CNY",
    }  # fmt: skip
    page = signed_in(cast.ada).post(f"/portal/projects/{cast.project.id}/edit", form)
    assert page.status_code == 200
    assert "pload" in page.content.decode()
    cast.project.refresh_from_db()
    assert cast.project.guide == {}


def test_a_picture_in_the_text_itself_is_refused_and_shown_where_it_was_before(
    author: Author, cast: Cast
) -> None:
    """Nobody has looked at it: browsers would decode whatever it is."""
    answer = author.write(en="![dot](data:image/gif;base64,R0lGODlhAQABAAAAACw=)")
    assert [fault["code"] for fault in answer.json()["errors"]] == ["picture_within"]
    html = render_guide("![dot](data:image/gif;base64,R0lGODlhAQABAAAAACw=)", pictures={})
    assert 'loading="lazy"' in html
    assert addresses(html)


WIDE = "|".join("a" * 180) + "\n" + "|".join("-" * 180) + "\n" + "a\n" * 360 + "\n"


@pytest.mark.parametrize(
    "text",
    [
        WIDE * 13,
        "> " + (WIDE * 13).replace("\n", "\n> "),
        f"[x]: <data:image/png;{'&' * 10_000}>\n\n" + "![][x]" * 1600,
        f"[x]: <https://example.org/{'&' * 10_000}>\n\n" + "[a][x]" * 1600,
        f"[x]: /a '{'&' * 10_000}'\n\n" + "[a][x]" * 1600,
        "[x]: {address}\n\n" + "![x]" * 4500,
    ],
    ids=["tables", "quoted tables", "pictures", "links", "titles", "one picture"],
)
def test_a_guide_that_becomes_a_huge_page_is_refused_and_not_shown(
    author: Author, cast: Cast, text: str
) -> None:
    text = text.replace("{address}", author.sent(encode(quarters(), "PNG"))["address"])[:20_000]
    shown = guide_pictures.shown_pictures(project_id=cast.project.id)
    began, made, render = time.process_time(), [], guides._markdown.renderer.render

    def kept(*args: Any) -> Any:
        made.append(render(*args))
        return made[-1]

    with patch.object(guides._markdown.renderer, "render", kept):
        assert len(render_guide(text, pictures=shown)) < 200
    assert sum(map(len, made)) < 2_000_000
    assert time.process_time() - began < 1
    answer = author.write(en=text)
    assert answer.status_code == 422, len(render_guide(text, pictures=shown))
    assert [(fault["where"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("guide.en", "too_large")
    ]


def test_a_long_guide_with_many_pictures_and_a_table_is_shown(author: Author) -> None:
    told = author.sent(encode(quarters(), "PNG"))
    table = "| key | what | how | when |\n|---|:-:|---|---|\n" + "| a | b | c | d |\n" * 200
    text = f"{table}\n" + f"标注引脚。\n\n![好]({told['address']})\n\n" * 50
    assert author.write(zh_hans=text + "说明" * 5000).status_code == 200


def test_no_more_than_twenty_faults_are_told(author: Author) -> None:
    answer = author.write(en="\n".join(f"![x](guide:{i:016x})" for i in range(200)))
    assert len(answer.json()["errors"]) == 20


def test_a_picture_of_another_client_does_not_work(author: Author, cast: Cast) -> None:
    theirs = make_project(organization=cast.rival)
    told = Author(Caller(cast.rival), theirs).sent(encode(quarters(), "PNG"))
    assert author.write(en=f"![x]({told['address']})").status_code == 422
    # As it would be if it had got in by another way.
    Project.objects.filter(id=cast.project.id).update(guide={"en": f"![words]({told['address']})"})
    preview = signed_in(cast.ada).post(
        f"/portal/projects/guide-preview?of=g&project={cast.project.id}", {"g": f"![x]({told['address']})"}
    )
    assert addresses(preview.content.decode()) == []
    foreign = signed_in(cast.ada).post(f"/portal/projects/guide-preview?of=g&project={theirs.id}", {"g": "x"})
    assert foreign.status_code == 404
    assert author.remove(told["sha256"]).status_code == 404
    assert author.remove("x" * 64).status_code == 404


def test_an_address_of_a_picture_ends(author: Author, cast: Cast) -> None:
    told = author.sent(encode(quarters(), "PNG"))
    url = guide_pictures.url_of(GuidePicture.objects.get(), now=time.time())
    assert url == told["url"]
    assert fetch(url, time.time() + 7 * DAY).status_code == 200
    assert fetch(url, time.time() + 15 * DAY).status_code == 403
    assert fetch(url.replace("-guide-", "-original-")).status_code == 404


def test_a_picture_that_the_guide_shows_is_not_removed(author: Author) -> None:
    told = author.sent(encode(quarters(), "PNG"))
    author.write(en=f"![x]({told['address']})")
    answer = author.remove(told["sha256"])
    assert (answer.status_code, answer.json()["code"]) == (409, "picture_used")
    author.write(en="No picture.")
    assert fetch(told["url"]).status_code == 200
    assert author.remove(told["sha256"]).status_code == 204
    assert not GuidePicture.objects.exists()
    assert fetch(told["url"]).status_code == 404


def test_an_edited_guide_comes_with_the_next_exchange_and_only_once(
    an: Client, author: Author, cast: Cast
) -> None:
    first = sync(an, want=2)
    (id_,) = first["schemas"]
    known = [[int(id_), first["schemas"][id_]["digest"]]]
    held = [seat(task) for task in first["tasks"]]
    assert sync(an, held=held, known=known, want=4)["schemas"] == {}
    author.write(en="Mind the **pins**.", zh_hans="注意**引脚**。")
    told = sync(an, held=held, known=known)["schemas"][id_]
    assert "<strong>" in told["guide_html"]
    assert told["spec"] == first["schemas"][id_]["spec"]
    assert LabelSchema.objects.count() == 1
    assert sync(an, held=held, known=[[int(id_), told["digest"]]])["schemas"] == {}


def test_another_name_and_another_language_come_too(an: Client, cast: Cast) -> None:
    change_project(project=cast.project, fields={"guide": {"en": "English", "zh-hans": "中文"}})
    ((id_, told),) = sync(an, want=2)["schemas"].items()
    change_project(project=cast.project, fields={"name": "Boards, again"})
    renamed = sync(an, known=[[int(id_), told["digest"]]])["schemas"][id_]
    assert renamed["project_name"] == "Boards, again"
    other, words = ("en", "English") if cast.an.language == "zh-hans" else ("zh-hans", "中文")
    type(cast.an).objects.filter(id=cast.an.id).update(language=other)
    switched = sync(an, known=[[int(id_), renamed["digest"]]])["schemas"][id_]
    assert words in switched["guide_html"]


def test_a_schema_kept_without_a_digest_is_sent_anew(an: Client) -> None:
    (id_,) = sync(an, want=1)["schemas"]
    assert list(sync(an, known=[[int(id_), None]])["schemas"]) == [id_]


def test_naming_a_strangers_schema_brings_nothing(an: Client, cast: Cast) -> None:
    theirs = make_project(organization=cast.rival, sites=[cast.datong], guide={"en": "secret"})
    assert sync(an, known=[[theirs.schemas.get().id, "x"], [10**15, "x"]])["schemas"] == {}


def test_strangers_guides_are_neither_read_nor_made(
    an: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """One query more than naming none, however many are named."""
    schemas = [
        make_project(organization=cast.rival, name=f"{i}", sites=[cast.datong], guide={"en": f"secret {i}"})
        .schemas.get()
        .id
        for i in range(50)
    ]
    with CaptureQueriesContext(connection) as without:
        sync(an)
    with (
        patch.object(briefs, "render_guide", side_effect=AssertionError),
        django_assert_max_num_queries(len(without) + 1),
    ):
        assert sync(an, known=[[id_, "x"] for id_ in schemas])["schemas"] == {}


def test_projects_of_one_site_are_read_in_a_few_queries(
    an: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Schemas with their projects, their sites, and their pictures; each spec, which this process keeps."""
    ids = [
        make_project(organization=cast.mill, name=f"{i}", sites=[cast.guiyang]).schemas.get().id
        for i in range(20)
    ]
    for id_ in ids:
        spec_of(id_)
    with django_assert_num_queries(3):
        known: dict[int, str | None] = dict.fromkeys(ids, "x")
        told = briefs.schemas_for(person=cast.an, needed=[], known=known, now=timezone.now())
    assert len(told) == 20


def test_a_schema_that_is_not_there_yet_is_not_remembered_as_missing(an: Client, cast: Cast) -> None:
    now = timezone.now()
    after = LabelSchema.objects.latest("id").id + 1
    assert briefs.schemas_for(person=cast.an, needed=[after], known={}, now=now) == {}
    schema = cast.project.schemas.get()
    LabelSchema.objects.create(id=after, project=cast.project, version=2, spec=schema.spec)
    assert list(briefs.schemas_for(person=cast.an, needed=[after], known={}, now=now)) == [str(after)]


def test_a_browser_that_kept_thousands_of_schemas_gets_its_answers_in(an: Client) -> None:
    first = sync(an, want=1)
    (id_,) = first["schemas"]
    known = [*([10**9 + i, "x"] for i in range(3000)), [int(id_), first["schemas"][id_]["digest"]]]
    answer = sync(an, submissions=[submission(first["tasks"][0])], known=known)
    assert (answer["submissions"][0]["status"], answer["schemas"]) == ("accepted", {})


def test_an_edit_that_another_process_told_of_is_not_taken_back(an: Client, cast: Cast) -> None:
    """The browser has the new guide from there; here the old one is remembered for some seconds."""
    id_ = cast.project.schemas.get().id
    now = timezone.now()

    def told(known: dict[int, str | None]) -> dict[str, Any]:
        return briefs.schemas_for(person=cast.an, needed=[id_], known=known, now=now)

    assert "New" not in told({})[str(id_)]["guide_html"]
    with patch.object(briefs, "_memory", briefs._Memory()):
        change_project(project=cast.project, fields={"guide": {"en": "New"}})
        new = told({})[str(id_)]
    assert told({id_: new["digest"]}) == {}


def test_a_number_too_long_to_be_one_names_nothing(an: Client, cast: Cast) -> None:
    digits = "9" * 4301
    preview = signed_in(cast.ada).post(f"/portal/projects/guide-preview?of=g&project={digits}", {"g": "x"})
    assert (preview.status_code, preview.content) == (200, b"<p>x</p>\n")
    assert an.get(f"/desk/answers?person={digits}").status_code == 200


def test_a_page_from_before_the_update_goes_on(an: Client) -> None:
    (id_,) = sync(an, want=1)["schemas"]
    assert sync(an, want=2, known_schemas=[*range(1, 3000), int(id_)])["schemas"] == {}
    assert list(sync(an, want=3, known_schemas=[])["schemas"]) == [id_]


def test_another_process_learns_of_an_edit_within_seconds(an: Client, cast: Cast) -> None:
    ((id_, told),) = sync(an, want=1)["schemas"].items()
    known = [[int(id_), told["digest"]]]
    Project.objects.filter(id=cast.project.id).update(guide={"en": "New"})
    later = timezone.now() + timedelta(seconds=briefs.REMEMBERED_SECONDS)
    with patch("tasks.views.timezone.now", return_value=later):
        assert "New" in sync(an, known=known)["schemas"][id_]["guide_html"]


@pytest.mark.django_db(transaction=True)
def test_naming_what_is_known_costs_no_query(
    an: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session with its person, and one that keeps the answer."""
    first = sync(an, want=4)
    ((id_, told),) = first["schemas"].items()
    known = [[int(id_), told["digest"]]]
    sync(an, submissions=[submission(first["tasks"][0])], known=known)
    with patch.object(briefs, "REMEMBERED_SECONDS", 10**9):
        sync(an, known=known)
        with django_assert_num_queries(3):
            sync(an, submissions=[submission(first["tasks"][1])], known=known)


def test_addresses_are_signed_anew_before_they_end(an: Client, author: Author, cast: Cast) -> None:
    told = author.sent(encode(quarters(), "PNG"))
    text = f"![x]({told['address']})"
    author.write(en=text, zh_hans=text)
    now = timezone.now()
    id_ = cast.project.schemas.get().id

    def html(days: float) -> str:
        briefs.forget_briefs()
        later = now + timedelta(days=days)
        answer = briefs.schemas_for(person=cast.an, needed=[id_], known={}, now=later)
        return str(answer[str(id_)]["guide_html"])

    # Whoever got the guide at any time has seven days to hear of the next address.
    before = addresses(html(0))
    assert addresses(html(7.1)) != before
    assert fetch(before[0], time.time() + 6.9 * DAY).status_code == 200
