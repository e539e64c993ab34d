"""The organisation's agencies and policies, read with one query: most pages that need one need both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import DateField, TextField, Value
from django.db.models.functions import Cast

from cases.models import Agency, Policy

_AGENCY, _POLICY = "agency", "policy"
_SAME = ("code", "name", "active")


@dataclass
class Directory:
    """Agencies and policies in the order of their names, read when one of them is first asked for."""

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        no_day = Cast(Value(None), DateField())
        agencies = Agency.objects.order_by().values_list(
            Value(_AGENCY),
            *_SAME,
            "secure_address",
            "duty_phone",
            Cast("secure_methods", TextField()),
            no_day,
        )
        policies = Policy.objects.order_by().values_list(
            Value(_POLICY), *_SAME, "version", "link", Cast(Value("[]"), TextField()), "in_force_from"
        )
        return sorted(agencies.union(policies, all=True), key=lambda row: row[2])

    @cached_property
    def _agencies(self) -> list[Agency]:
        return [
            Agency(
                **dict(zip(_SAME, row[1:4], strict=True)),
                secure_address=row[4],
                duty_phone=row[5],
                secure_methods=json.loads(row[6]),
            )
            for row in self._rows
            if row[0] == _AGENCY
        ]

    @cached_property
    def policies(self) -> list[Policy]:
        """Every policy, also those that are not offered any more."""
        return [
            Policy(
                **dict(zip(_SAME, row[1:4], strict=True)), version=row[4], link=row[5], in_force_from=row[7]
            )
            for row in self._rows
            if row[0] == _POLICY
        ]

    @cached_property
    def offered(self) -> list[tuple[str, str]]:
        """(code, name) of the agencies that are offered."""
        return [(one.code, one.name) for one in self._agencies if one.active]

    @cached_property
    def routes(self) -> Mapping[str, Agency]:
        """The agencies of which it is recorded how information reaches them safely, by code."""
        return {one.code: one for one in self._agencies if one.secure_methods or one.duty_phone}
