"""What an administrator sets up: teams, agencies, policies, the organisation, and the day it goes live.

Each is one durable transaction that ends in one entry of the actor's own chain.
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import slugify

from cases import setting_up
from cases.acting import AlreadySoError, differences
from cases.administering import administer, keep
from cases.models import Agency, Organisation, Policy, Team, User


def add_team(*, by: User, name: str) -> Team:
    """Add a team.

    Raises:
        django.core.exceptions.ValidationError: there is one of that name.
    """
    team = Team(name=name)

    def save() -> None:
        if Team.objects.filter(name__iexact=name).exists():
            raise ValidationError({"name": "There is a team of this name already"})
        keep(team, by, force_insert=True)

    administer("team.added", {"team": team.id}, save, by=by)
    return team


def _refuse_agency_name(name: str, code: str) -> None:
    if Agency.objects.filter(name__iexact=name).exclude(code=code).exists():
        raise ValidationError({"name": "There is an agency of this name already"})


def add_agency(*, by: User, name: str) -> Agency:
    """Add an agency to the directory; its code is made of its name and never changes.

    Raises:
        django.core.exceptions.ValidationError: there is one of that name.
    """
    code = slugify(name).replace("-", "_")[:50] or "agency"
    if Agency.objects.filter(code=code).exists() or code == "agency":
        code = f"{code}_{secrets.token_hex(3)}"
    agency = Agency(code=code, name=name)

    def save() -> None:
        _refuse_agency_name(name, code)
        keep(agency, by, force_insert=True)

    administer("agency.added", {"agency": code}, save, by=by)
    return agency


def change_agency(*, by: User, agency: Agency, values: Mapping[str, Any]) -> Agency:
    """Change an agency: its name, whether it is offered, its secure route. Its code and its past stay.

    Args:
        values: fields of `Agency`.

    Raises:
        django.core.exceptions.ValidationError: there is another of that name.
    """
    changes = differences(agency, values)
    if not changes:
        return agency

    def save() -> None:
        _refuse_agency_name(values.get("name", agency.name), agency.code)
        _set(agency, values, by)

    # A mailbox or a number may be somebody's: what it was and is stands in history alone.
    administer("agency.changed", {"agency": agency.code, "fields": sorted(changes)}, save, by=by)
    return agency


def _set(row: Agency | Policy, values: Mapping[str, Any], by: User) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    keep(row, by, update_fields=list(values))


# --- Policies --------------------------------------------------------------------------------------------


def add_policy(*, by: User, name: str, code: str = "", values: Mapping[str, Any] | None = None) -> Policy:
    """Add a policy or procedure; decisions name it by its code, which never changes.

    Args:
        code: of the reference list, where it is one of that; empty: it is made of the name.
        values: further fields of `Policy`.

    Raises:
        django.core.exceptions.ValidationError: there is one of that name or code.
    """
    policy = Policy(code=code or _free_policy_code(name), name=name, **(values or {}))

    def save() -> None:
        if Policy.objects.filter(code=policy.code).exists():
            raise ValidationError({"name": "This policy is on the list already. Change it there"})
        _refuse_policy_name(name, policy.code)
        keep(policy, by, force_insert=True)

    administer("policy.added", {"policy": policy.code, "version": policy.version}, save, by=by)
    return policy


def _free_policy_code(name: str) -> str:
    code = slugify(name)[:50]
    # "none" is the answer that no policy covers a decision.
    if code in {"", "none"} or Policy.objects.filter(code=code).exists():
        code = f"{code or 'policy'}-{secrets.token_hex(3)}"
    return code


def _refuse_policy_name(name: str, code: str) -> None:
    if Policy.objects.filter(name__iexact=name).exclude(code=code).exists():
        raise ValidationError({"name": "There is a policy of this name already"})


def change_policy(*, by: User, policy: Policy, values: Mapping[str, Any]) -> Policy:
    """Change a policy: name, version, link, dates, whether it is offered. Decisions keep what they named.

    Args:
        values: fields of `Policy` but its code.

    Raises:
        django.core.exceptions.ValidationError: there is another of that name.
    """
    changes = differences(policy, values)
    if not changes:
        return policy

    def save() -> None:
        _refuse_policy_name(values.get("name", policy.name), policy.code)
        _set(policy, values, by)

    administer("policy.changed", {"policy": policy.code, "changes": changes}, save, by=by)
    return policy


# --- The organisation ------------------------------------------------------------------------------------


def set_organisation(
    *, by: User, values: Mapping[str, Any], confirms: str = "", request_key: UUID | None = None
) -> Organisation:
    """Change the organisation's settings; they are facts of every decision from now on.

    Args:
        values: fields of `Organisation`.
        confirms: the part of set-up (`setting_up.CONFIRMED`) that these are the answers of.
    """
    now = Organisation.current()
    changes = differences(now, values)
    settled = not confirms or confirms in now.set_up
    if settled and not changes and not now._state.adding:
        return now

    def save() -> None:
        row = Organisation.objects.select_for_update().filter(id=1).first() or Organisation()
        for field, value in values.items():
            setattr(row, field, value)
        row.set_up = sorted({*row.set_up, confirms} - {""})
        keep(row, by)

    content = {"changes": changes} | ({"confirms": confirms} if confirms else {})
    administer("organisation.changed", content, save, by=by, request_key=request_key)
    return Organisation.current()


class NotReady(Exception):  # noqa: N818 - it is what is so, not a fault
    """A part of set-up is still open."""


def go_live(*, by: User, request_key: UUID | None = None) -> Organisation:
    """Let cases be opened from now on. Once live it stays so: a second time changes nothing.

    Raises:
        NotReady: a part of set-up is still open, asked under the lock.
    """
    if setting_up.live():
        return Organisation.current()
    now = timezone.now()

    def save() -> None:
        row = Organisation.objects.select_for_update().filter(id=1).first()
        if row is None or not setting_up.complete(setting_up.missing(row)):
            raise NotReady
        if row.live_since:
            raise AlreadySoError
        row.live_since = now
        keep(row, by)

    with suppress(AlreadySoError):
        administer("organisation.went_live", {"live_since": now}, save, by=by, request_key=request_key)
    return Organisation.current()
