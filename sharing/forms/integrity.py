"""The form that takes an export's manifest and its signature."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from cases.forms.base import GovForm

MOST = 1_000_000
"""Bytes of a file: a manifest has some thousands, and more than this is not kept in memory at all."""
TOO_LARGE = "The file is larger than 1 MB, so it is not {what}. Choose another file"


class SmallFile(forms.FileField):
    """A file of ours that is never large; its name is not kept."""

    def __init__(self, *, what: str, **options: Any) -> None:
        self.what = what
        super().__init__(allow_empty_file=True, max_length=None, **options)

    def clean(self, data: "UploadedFile[Any] | None", initial: Any = None) -> Any:
        """The bytes of the file."""
        found = super().clean(data, initial)
        if found.size > MOST:
            raise forms.ValidationError(TOO_LARGE.format(what=self.what))
        return found.read()


class ManifestForm(GovForm):
    """Two files of one export."""

    buttons = (("save", "Check this manifest"),)
    manifest = SmallFile(
        label="The manifest",
        what="a manifest",
        help_text="The file manifest.json of the export. It names its other files and their SHA-256.",
        error_messages={"required": "Choose the file manifest.json of the export, of at most 1 MB"},
    )
    signature = SmallFile(
        label="Its signature",
        what="a signature",
        help_text="The file manifest.sig of the same export.",
        error_messages={"required": "Choose the file manifest.sig of the export, of at most 1 MB"},
    )
