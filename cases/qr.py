"""A QR code as the path of an inline SVG: no picture to fetch, nothing for the content policy to allow."""

import qrcode  # type: ignore[import-untyped]


def qr_path(text: str) -> tuple[str, int]:
    """The path data of the dark squares, one unit each, and the units of a side, with the quiet border."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return "".join(squares), len(rows)
