"""Why a case is closed, in words."""

CLOSING = (
    ("safe_now", "The person is safe now, and agrees that we close it"),
    ("moved_away", "They moved away, and another organisation took over", "Say who took over, and when."),
    ("no_contact", "We could not make safe contact", "Say what was tried, and when."),
    ("opened_in_error", "It was opened in error", "Say what was wrong."),
    ("died", "The person has died", "Say when, and who has been told."),
    ("other", "Another reason", "Say which."),
)
"""Codes are kept with the case: none is ever taken away."""
DUPLICATE = "duplicate"
CLOSED_BECAUSE = {code: words for code, words, *_ in CLOSING} | {
    DUPLICATE: "It is a duplicate of another case"
}
NEED_A_NOTE = frozenset(CLOSED_BECAUSE) - {"safe_now", DUPLICATE}
