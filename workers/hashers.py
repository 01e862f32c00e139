"""How PINs and passwords are kept."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class LeanArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane (OWASP's least): about 28 ms of CPU a try.

    Everybody may make us hash, and a whole site signs in at eight o'clock: Django's own choices cost eight to
    ten times as much, so five strangers' tries a second were enough to keep two cores busy.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
