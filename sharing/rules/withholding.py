"""What of a file somebody must think about before it is given to a person who asks for theirs. Pure.

Marks, not decisions: whoever answers the request decides each part. Source: UK GDPR Article 15(4); Data
Protection Act 2018, Schedule 2, paragraph 16 (other people) and paragraph 2 (crime), and Schedule 3, Part 3
(serious harm); the guide on confidentiality and on alleged perpetrators.
"""

from dataclasses import dataclass

RISK, THIRD_PARTY, SOURCE, AGENCY = "risk_of_harm", "third_party", "source", "agency"
MARKS = (RISK, THIRD_PARTY, SOURCE, AGENCY)
"""In the order in which they are shown; codes of the list `withhold`."""
ALLEGED = "alleged_perpetrator"

_OF_SAFETY = (
    "risk.",
    "decision.",
    "disclosure.",
    "request.",
    "letter.",
    "advice.",
    "asked.",
    "access.",
    "incident.",
)
"""Beginnings of the kinds of entries that tell how somebody is kept safe, and who was told what."""
_WHERE = frozenset(
    {"address", "contact", "do_not", "safe_times", "safe_routes", "unsafe_routes", "staff_safety"}
)
"""Fields that tell where somebody is or how they are reached."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file that concerns the person who asks.

    `kind`: of its entry; `fields`: the names of what it holds; `others`: it is about somebody else too, or
    names them; `told_by`: it says who told us, and that is not the person; `agency`: it came from an agency.
    """

    kind: str
    fields: frozenset[str] = frozenset()
    others: bool = False
    told_by: bool = False
    agency: bool = False


def marks(part: Part, role: str) -> list[str]:
    """Why this part may have to be withheld, in the order of MARKS; none: nothing recorded speaks for it.

    Args:
        role: of the person who asks. For an alleged perpetrator every part is a risk: it tells that there is
            a file, and that somebody spoke.
    """
    raised = {
        RISK: role == ALLEGED or part.kind.startswith(_OF_SAFETY) or bool(part.fields & _WHERE),
        THIRD_PARTY: part.others,
        SOURCE: part.told_by,
        AGENCY: part.agency,
    }
    return [code for code in MARKS if raised[code]]
