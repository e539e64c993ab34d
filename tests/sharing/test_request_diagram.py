"""The documentation's picture and table of a request's states are what the table of acts draws."""

import re

from sharing import request_diagram
from sharing.rules.requests import ACTS, STATES


def test_the_documents_are_what_the_table_draws() -> None:
    assert request_diagram.PICTURE.read_text("utf-8") == request_diagram.svg()
    page = request_diagram.PAGE.read_text("utf-8")
    assert request_diagram.with_table(page) == page


def test_every_state_and_every_act_is_drawn() -> None:
    assert set(request_diagram.PLACES) == set(STATES)
    words = " ".join(re.findall(r">([^<]+)</text>", request_diagram.svg()))
    begins = {"write"}
    missing = [
        act.words
        for act in ACTS.values()
        if act.code not in begins and act.words.removeprefix("Record that ") not in words
    ]
    assert missing == []
    assert [state for state in STATES.values() if state not in words] == []
