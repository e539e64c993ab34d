"""What is said of an agency's secure route, beside the question how something will be sent to it. Pure."""

from cases.models import Agency
from sharing import lists

WEAK_LAST = "The last ones in the list are not safe for sensitive information."


def route(agency: Agency) -> str:
    """The recorded route in words; empty where none is recorded."""
    ways = " or ".join(_small(lists.label("method", code)) for code in agency.secure_methods)
    to = f", to {agency.secure_address}" if ways and agency.secure_address else ""
    return ways + to


def hint(agency: Agency | None, method: str) -> str:
    """The hint of the question: the recorded route, the duty number, and whether another way was chosen.

    Args:
        agency: None where nothing is recorded of it.
        method: the way that was chosen, or "".
    """
    said = []
    if agency and (known := route(agency)):
        said.append(f"{agency.name} receives information safely by {known}.")
    if agency and agency.duty_phone:
        said.append(f"Checked number of the duty team: {agency.duty_phone}.")
    if agency and method and agency.secure_methods and method not in agency.secure_methods:
        said.append(f"You chose another way: {_small(lists.label('method', method))}.")
    return " ".join([*said, WEAK_LAST])


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]
