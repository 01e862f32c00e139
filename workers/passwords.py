"""What may be a PIN or a password."""

from __future__ import annotations

from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from workers.models import Person, Role

PIN_LENGTH = 6
_EASY_PINS = {"123456", "654321", "123123", "112233", "121212", "789456", "147258", "456789", "234567"}


class PinOrPasswordValidator:
    """Annotators have a PIN of six digits (locked after five wrong tries); everybody else a password."""

    def validate(self, password: str, user: Person | None = None) -> None:
        if user is not None and user.role == Role.ANNOTATOR:
            self._check_pin(password)
            return
        MinimumLengthValidator(min_length=10).validate(password, user)
        CommonPasswordValidator().validate(password, user)

    def _check_pin(self, pin: str) -> None:
        if len(pin) != PIN_LENGTH or not (pin.isascii() and pin.isdigit()):
            raise ValidationError(_("A PIN has six digits."), code="pin_shape")
        if len(set(pin)) == 1 or pin in _EASY_PINS:
            raise ValidationError(_("This PIN is too easy to guess."), code="pin_easy")

    def get_help_text(self) -> str:
        return _("Annotators: six digits. Others: at least ten characters, nothing common.")
