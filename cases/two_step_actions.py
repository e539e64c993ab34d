"""Everything that adds or removes a second step, each in one transaction with an entry of its owner's chain.

The entries name no device: what kind it is, and whose.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit import ledger
from cases import events, two_step
from cases.models import User

MOST_PASSKEYS = 10


def add_app(*, by: User, secret: str, used: int) -> bool:
    """Set up an authenticator app for oneself, and recovery codes where there are none.

    Args:
        secret: what the app makes its codes from, in base 32.
        used: the half minute of the code that proved it; that code does not work again.

    Returns whether recovery codes were made.

    Raises:
        django.core.exceptions.ValidationError: there is an app already.
    """
    data = {"secret": two_step.Adapter().encrypt(secret), "used": used}
    return _add(Authenticator(user=by, type=two_step.APP, data=data), by)


def add_passkey(*, by: User, name: str, credential: dict[str, Any]) -> bool:
    """Add a passkey for oneself; otherwise as `add_app`.

    Args:
        name: how its owner calls it.
        credential: what the browser answered, already verified.

    Raises:
        django.core.exceptions.ValidationError: there are too many.
    """
    data = {"name": name, "credential": credential}
    return _add(Authenticator(user=by, type=two_step.PASSKEY, data=data), by)


def _add(row: Authenticator, by: User) -> bool:
    codes = _codes(by)
    now = timezone.now()
    sealed = events.seal("user.second_step_added", {"user": str(by.id), "type": row.type}, by=by, now=now)
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(id=by.id)
        same = Authenticator.objects.filter(user=by, type=row.type).count()
        if same >= (1 if row.type == two_step.APP else MOST_PASSKEYS):
            raise ValidationError("Remove one first: you have as many as you can have")
        made = not Authenticator.objects.filter(user=by, type=two_step.RECOVERY).exists()
        row.save(force_insert=True)
        if made:
            codes.save(force_insert=True)
        ledger.append(sealed)
    return made


def _codes(by: User) -> Authenticator:
    seed = two_step.Adapter().encrypt(RecoveryCodes.generate_seed())
    return Authenticator(user=by, type=two_step.RECOVERY, data={"seed": seed, "used_mask": 0})


def new_codes(*, by: User) -> None:
    """Make new recovery codes for oneself; the old ones stop working."""
    codes = _codes(by)
    sealed = events.seal("user.recovery_codes_made", {"user": str(by.id)}, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(id=by.id)
        Authenticator.objects.filter(user=by, type=two_step.RECOVERY).delete()
        codes.save(force_insert=True)
        ledger.append(sealed)


def remove(*, by: User, authenticator: Authenticator) -> bool:
    """Remove one's app or one of one's passkeys; with the last, the recovery codes go too.

    Returns whether a second step is left. One that is gone already is left at that, without an entry.
    """
    content = {"user": str(by.id), "type": authenticator.type}
    sealed = events.seal("user.second_step_removed", content, by=by, now=timezone.now())
    with transaction.atomic(durable=True):
        User.objects.select_for_update().get(id=by.id)
        found = Authenticator.objects.filter(user=by, id=authenticator.id).exclude(type=two_step.RECOVERY)
        if found.delete()[0]:
            if not two_step.has_any(by):
                two_step.remove_all(by)
            ledger.append(sealed)
    return two_step.has_any(by)
