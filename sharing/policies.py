"""The procedures that a decision may name: the organisation's policies, else those of the reference list."""

from collections.abc import Iterable

from cases.models import Policy
from sharing import lists

NONE = "none"
BUILT_IN = tuple((code, label) for code, label in lists.choices("procedure") if code != NONE)
"""(code, label) of the reference list: what an organisation starts from."""

Option = tuple[str, str, str]


def title(policy: Policy) -> str:
    """A policy with its version, as a decision records it."""
    return f"{policy.name}, version {policy.version}" if policy.version else policy.name


def names() -> dict[str, str]:
    """The name of every policy of the organisation by its code, also of those not offered any more."""
    return dict(Policy.objects.values_list("code", "name"))


def title_of(code: str | None) -> str:
    """The organisation's policy of this code, with its version; empty where it has none."""
    found = Policy.objects.filter(code=code).first() if code and code != NONE else None
    return title(found) if found else ""


def offered(policies: Iterable[Policy], *, kept: str = "", none: bool = True) -> list[Option]:
    """What a form offers: (code, words, hint).

    Args:
        policies: the organisation's; where none of them is active, those of the reference list are offered.
        kept: the code that was chosen before; it stays on offer.
        none: whether "None of these" is among them.
    """
    held = list(policies)
    found = [(one.code, one.name, _hint(one)) for one in held if one.active or one.code == kept]
    if not any(one.active for one in held):
        found += [(code, label, "") for code, label in BUILT_IN if code not in {one[0] for one in found}]
    if kept not in {"", NONE, *(one[0] for one in found)}:
        found.append((kept, lists.label("procedure", kept), ""))
    return [*found, (NONE, lists.label("procedure", NONE), "")] if none else found


def _hint(policy: Policy) -> str:
    since = f", in force from {policy.in_force_from:%-d %B %Y}" if policy.in_force_from else ""
    gone = "" if policy.active else " It is not offered any more."
    return f"Version {policy.version}{since}.{gone}" if policy.version else gone.strip()
