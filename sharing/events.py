"""The kinds of events of this floor, as the ledger keeps them and a timeline reads them."""

from collections.abc import Mapping
from typing import Any

from cases import events
from sharing import lists
from sharing.rules.requests import STATES


def _recorded(content: Mapping[str, Any]) -> str:
    if "reference" not in content:
        return ""
    return f"{content['reference']}: {lists.label('outcome', content.get('outcome', ''))}"


def _viewed(content: Mapping[str, Any]) -> str:
    return str(content.get("reference", ""))


def _exported(content: Mapping[str, Any]) -> str:
    """How many, where that is said."""
    return f"{content['rows']} decisions" if "rows" in content else ""


def _agreement(content: Mapping[str, Any]) -> str:
    return f"{content.get('name', '')}, version {content.get('version', '')}"


def _sent(content: Mapping[str, Any]) -> str:
    gone = [f"{one['recipient']}: {', '.join(one['items'])}" for one in content.get("sent", ())]
    typed = [text for text in (content.get("other_recipient"), content.get("other_item")) if text]
    return "; ".join([_viewed(content), *(gone + typed or ["nothing more is sent"])]) if content else ""


def _reviewed(content: Mapping[str, Any]) -> str:
    if "reference" not in content:
        return ""
    return f"{content['reference']}: {lists.label('review_outcome', content.get('outcome', ''))}"


def _judged(content: Mapping[str, Any]) -> str:
    if "reference" not in content:
        return ""
    return f"{content['reference']}: {lists.label('manager_outcome', content.get('outcome', ''))}"


def _export(content: Mapping[str, Any]) -> str:
    """What an export is for, and how many rows it holds where it is written."""
    purpose = lists.label("export_purpose", content["purpose"]) if "purpose" in content else ""
    rows = f"{content['rows']:,} row{'' if content['rows'] == 1 else 's'}" if "rows" in content else ""
    return ", ".join(filter(None, [purpose, rows]))


def _report(content: Mapping[str, Any]) -> str:
    return str(content.get("report", "")).replace("_", " ")


def _answered(content: Mapping[str, Any]) -> str:
    if "incident" not in content:
        return ""
    return f"{content['incident']}: {lists.label('incident_outcome', content.get('outcome', ''))}"


def _incident(content: Mapping[str, Any]) -> str:
    return ", ".join(str(content[name]) for name in ("incident", "reference") if content.get(name))


def _requested(content: Mapping[str, Any]) -> str:
    """What happened to a request: its reference, the agency, and where it stands since."""
    if "request" not in content:
        return ""
    state = STATES.get(content.get("row", {}).get("state", ""), "")
    return ", ".join(filter(None, [content["request"], content.get("agency_name"), state]))


def _letter(content: Mapping[str, Any]) -> str:
    return ", ".join(str(content[name]) for name in ("letter", "subject") if content.get(name))


def _asked(content: Mapping[str, Any]) -> str:
    return ", ".join(str(content[name]) for name in ("asked", "agency_name") if content.get(name))


def _advice(content: Mapping[str, Any]) -> str:
    return ", ".join(str(content[name]) for name in ("advice", "adviser_name") if content.get(name))


def _advice_seen(content: Mapping[str, Any]) -> str:
    """An adviser needs no access to the case, and the page gives them none."""
    return f"{content['advice']}: the question alone, nothing else of the case" if "advice" in content else ""


KINDS = {
    "decision.recorded": events.Kind("decided", "Decision recorded", _recorded),
    "decision.viewed": events.Kind("saw", "Looked at a decision", _viewed),
    "decision.printed": events.Kind("exported", "Decision downloaded as a PDF", _viewed),
    "agreement.recorded": events.Kind("changed", "Sharing agreement recorded", _agreement),
    "agreement.ended": events.Kind("changed", "Sharing agreement ended", _agreement),
    "disclosure.recorded": events.Kind("shared", "What was sent was recorded", _sent),
    "decision.reviewed": events.Kind("decided", "Decision looked at again", _reviewed),
    "disclosure.wrong_recipient": events.Kind("shared", "Information reached the wrong person", _incident),
    "incident.answered": events.Kind("shared", "Wrong person: the governance lead answered", _answered),
    "incident.viewed": events.Kind("saw", "Looked at what reached the wrong person", _incident),
    "advice.asked": events.Kind("requested", "Advice was asked for", _advice),
    "advice.answered": events.Kind("requested", "Advice was given or taken back", _advice),
    "advice.viewed": events.Kind("saw", "Looked at a question for advice", _advice_seen),
    "request.drafted": events.Kind("requested", "Request to another agency begun", _requested),
    "request.moved": events.Kind("requested", "Request to another agency", _requested),
    "request.viewed": events.Kind("saw", "Looked at a request to another agency", _requested),
    "letter.prepared": events.Kind("requested", "Letter prepared", _letter),
    "letter.checked": events.Kind("requested", "Letter approved or returned", _letter),
    "letter.viewed": events.Kind("saw", "Looked at a letter", _letter),
    "letter.printed": events.Kind("exported", "Letter downloaded", _letter),
    "asked.logged": events.Kind("requested", "An agency asked us", _asked),
    "asked.answered": events.Kind("requested", "What an agency asked us was settled", _asked),
    "asked.viewed": events.Kind("saw", "Looked at what an agency asked us", _asked),
    "log.exported": events.Kind("exported", "Decision log exported", _exported),
    "decision.judged": events.Kind("decided", "A manager looked at a decision", _judged),
    "sample.drawn": events.Kind("decided", "Quality sample drawn"),
    "sample.answered": events.Kind("decided", "Decision looked at for quality", _viewed),
    "export.asked": events.Kind("exported", "Export asked for", _export),
    "export.approved": events.Kind("exported", "Export with names approved", _export),
    "export.refused": events.Kind("exported", "Export with names refused", _export),
    "export.expired": events.Kind("exported", "Export not approved in time", _export),
    "export.cancelled": events.Kind("exported", "Export cancelled", _export),
    "export.written": events.Kind("exported", "Export written", _export),
    "export.failed": events.Kind("exported", "Export failed", _export),
    "export.tried_again": events.Kind("exported", "Failed export tried again", _export),
    "export.downloaded": events.Kind("exported", "Export downloaded", _export),
    "case.exported": events.Kind("exported", "Decisions exported with names", _export),
    "report.made": events.Kind("exported", "Report made", _report),
    "register.exported": events.Kind("exported", "Register exported", _exported),
    "dashboard.exported": events.Kind("exported", "Figures of the dashboard exported"),
    "integrity.checked": events.Kind("exported", "The log was checked"),
    "log.reopened": events.Kind("changed", "The log was set back, and goes on under a new name"),
    "checkpoint.downloaded": events.Kind("exported", "Checkpoint downloaded"),
}


def register() -> None:
    """Add this floor's kinds of events."""
    events.register(KINDS)
