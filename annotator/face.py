"""What every page needs to draw itself: the person's theme and the ways they may go."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THEME_COOKIE = "theme"
# Says who is at the desk to a page that the browser has kept; gives no right to anything.
DESK_COOKIE, DESK_PATH = "desk", "/desk/"
# Set by a page that its person left without a line: whom to sign out with the next request.
LEFT_COOKIE = "left"
# Names what of the workbench the browser has, so that a page need not hold it (annotator/first_paint.py).
WITHIN_COOKIE = "within"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: the pages at and below its path."""

    name: str | Promise
    href: str

    def holds(self, path: str) -> bool:
        return path == self.href or (self.href.endswith("/") and path.startswith(self.href))


PLACES: dict[str, list[Place]] = {
    "annotator": [Place(_("Work"), "/desk/"), Place(_("My work"), "/desk/mine/")],
    "reviewer": [Place(_("Disputes"), "/review/")],
    "supervisor": [
        Place(_("Floor"), "/floor/"),
        Place(_("People"), "/floor/people/"),
        Place(_("Batches"), "/floor/batches/"),
    ],
    "client": [
        Place(_("Projects"), "/portal/"),
        Place(_("Releases"), "/portal/releases/"),
        Place(_("API keys"), "/portal/keys/"),
        Place(_("Webhooks"), "/portal/webhooks/"),
        Place(_("Members"), "/portal/members/"),
    ],
    "operator": [Place(_("Admin"), "/admin/")],
}


def navigation(*, role: str, path: str) -> list[dict[str, object]]:
    """The role's places; the one with the longest matching path is where the person is."""
    places = PLACES.get(role, [])
    here = max(
        (place for place in places if place.holds(path)), key=lambda place: len(place.href), default=None
    )
    return [{"name": place.name, "href": place.href, "current": place is here} for place in places]


def theme_of(request: HttpRequest) -> str:
    """A signed-in person's own theme, else the browser's."""
    if request.user.is_authenticated:
        return request.user.theme
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def face(request: HttpRequest) -> dict[str, object]:
    """Context processor. Errors raised before anybody is known are drawn too, hence the default."""
    if not hasattr(request, "user"):
        return {"face": {"theme": "auto", "navigation": []}}
    role = request.user.role if request.user.is_authenticated else ""
    return {"face": {"theme": theme_of(request), "navigation": navigation(role=role, path=request.path)}}
