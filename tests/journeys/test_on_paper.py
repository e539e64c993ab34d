"""What a browser prints of a record and of a case, and the PDF by its link."""

import io
from typing import Any

import pdfplumber
import pytest

from audit.chain import receipt_code
from cases import actions
from cases.models import User
from tests.browser import signed_in
from tests.cast import CaseFile
from tests.sharing.deciding import decided
from tests.sharing.printed import Printed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ON_SCREEN_ALONE = ("Quick exit", "Skip to main content", "Sign out", "My work", "Cookies", "Download as PDF")


def printed(page: Any) -> list[str]:
    """The text of each sheet of paper."""
    with pdfplumber.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        assert {(round(one.width), round(one.height)) for one in pdf.pages} <= {(595, 842), (596, 842)}
        return [one.extract_text() for one in pdf.pages]


def test_a_record_prints_whole_and_clean(page: Any, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    signed_in(page, officer)
    page.goto(f"/decisions/{decision.reference}/")
    assert not page.get_by_text("fingerprint").first.is_visible()
    sheets = printed(page)
    text = "\n".join(sheets)
    for said in ("Quick exit", "My work", "Download as PDF"):
        assert page.get_by_text(said).first.is_visible(), said
    for said in ON_SCREEN_ALONE:
        assert said not in text, said
    assert "(/" not in text
    for number, sheet in enumerate(sheets, 1):
        assert sheet.endswith(f"page {number} of {len(sheets)}")
    for said in (decision.reference, receipt_code(bytes(decision.entry_hash)), "8. Your decision"):
        assert said in text, said
    assert text.count("fingerprint") > 10  # folded away on the screen


def test_a_case_prints_on_one_page_with_safe_contact_first(
    page: Any, officer: User, case_file: CaseFile
) -> None:
    decided(officer, case_file)
    signed_in(page, officer)
    page.goto(f"/cases/{case_file.case.reference}/")
    sheets = printed(page)
    assert len(sheets) == 1
    assert sheets[0].index("Safe contact") < sheets[0].index("Case overview")
    for said in (*ON_SCREEN_ALONE, "Change", "Add a person", "(/"):
        assert said not in sheets[0], said
    actions.change_person(by=officer, person=case_file.survivor, values={"code_word": "kingfisher"})
    page.goto(f"/cases/{case_file.case.reference}/safety/")
    page.get_by_role("button", name="Show the code word").click()
    assert page.get_by_text("kingfisher").is_visible()
    (sheet,) = printed(page)
    assert sheet.index("Do not use: voicemail") < sheet.index("Safe: phone") < sheet.index("Read this before")
    assert "kingfisher" not in sheet, "a code word is not left in the printer"


def test_the_link_gives_the_file(page: Any, officer: User, case_file: CaseFile) -> None:
    decision = decided(officer, case_file)
    signed_in(page, officer)
    page.goto(f"/decisions/{decision.reference}/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download as PDF").click()
    assert waiting.value.suggested_filename == f"{decision.reference}.pdf"
    made = Printed(waiting.value.path().read_bytes())
    assert made.of("H1")[0].whole == f"Decision {decision.reference}"
