"""Sealed model fields: text that is stored only as ciphertext under its case's own key.

An instance holds either the stored bytes (opened when read) or `Plain` text (sealed when saved).
Associated data is the row's id and the field's name, so that ciphertext moved elsewhere does not open.
"""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models

DESTROYED = "[destroyed]"
ALTERED = "[altered – tell the information governance lead]"

log = logging.getLogger(__name__)
_drawing: ContextVar[bool] = ContextVar("drawing", default=False)


class Altered(ValueError):  # noqa: N818 - it is what happened
    """Stored bytes that their key does not open here: changed, or moved from another row or field."""


@contextmanager
def drawing() -> Iterator[None]:
    """For as long as this is open, bytes that were altered read as `ALTERED`: a page is drawn all the same.

    Never around what writes or decides: there `Altered` is raised.
    """
    token = _drawing.set(True)
    try:
        yield
    finally:
        _drawing.reset(token)


class Plain(str):
    """Text that was set on an instance and is not sealed yet."""

    __slots__ = ()


class Opened(str):
    """Opened text that remembers its stored bytes and their place: setting it back seals nothing anew."""

    __slots__ = ("place", "stored")
    stored: bytes
    place: tuple[UUID, bytes]


class _Sealed:
    """The descriptor: opens on reading, remembers what was set."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        stored = self._stored(instance)
        return str(stored) if isinstance(stored, str) else self.field.open(instance, stored)

    def _stored(self, instance: models.Model) -> bytes | str:
        name = self.field.attname
        if name not in instance.__dict__:  # deferred
            rows = type(instance)._base_manager.db_manager(instance._state.db).filter(pk=instance.pk)
            instance.__dict__[name] = bytes(rows.values_list(name, flat=True).get() or b"")
        stored: bytes | str = instance.__dict__[name]
        return stored

    def __set__(self, instance: models.Model, value: Any) -> None:
        """Take stored bytes from the database, or text; refreshing hands over `Opened`."""
        if isinstance(value, bytes | memoryview):
            kept: bytes | str = bytes(value)
        elif isinstance(value, Opened) and value.place == self.field.place(instance):
            kept = value.stored
        elif value is None or isinstance(value, str):
            kept = Plain(value or "")
        else:
            raise TypeError(f"{self.field.attname} takes text")
        instance.__dict__[self.field.attname] = kept


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text sealed under the key of the row's case. It cannot be searched or written by a query.

    Args:
        max_length: the most code points that validation and forms accept.
    """

    def __init__(self, *args: Any, max_length: int = 500, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", True)
        self.most = max_length
        super().__init__(*args, **kwargs)
        self.validators.append(MaxLengthValidator(max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["max_length"] = self.most
        for implied in ("default", "blank", "editable"):
            kwargs.pop(implied, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Sealed(self))

    def place(self, instance: models.Model) -> tuple[UUID, bytes]:
        """Where text of this field belongs: the case whose key seals it, and what binds it to its row."""
        row: UUID = instance.id  # type: ignore[attr-defined]
        case = getattr(instance, "case_id", None) or row  # a case's own row, or a row of a case
        return case, f"{row}|{self.attname}".encode()

    def open(self, instance: models.Model, stored: bytes) -> str:
        """The text of stored bytes, or DESTROYED where the case's key is gone.

        Raises:
            Altered: the bytes were changed or moved outside the application, and this is not `drawing`.
            cases.vault.WrongKey: the key-encryption key is not the right one.
        """
        if not stored:
            return ""
        from cases import vault  # noqa: PLC0415 - the vault's own tables load with these fields

        place = self.place(instance)
        try:
            text = Opened(vault.unseal(place[0], stored, place[1]).decode())
        except vault.NoKey:
            text = Opened(DESTROYED)
        except InvalidTag as error:
            where = f"{self.model._meta.label}.{self.attname}"
            if not _drawing.get():
                raise Altered(f"{where} was altered outside the application") from error
            log.warning("%s was altered outside the application in the row %s", where, instance.pk)
            text = Opened(ALTERED)
        text.stored, text.place = stored, place
        return text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002 - Django's signature
        """Seal what was set; stored bytes pass as they are."""
        stored = model_instance.__dict__.get(self.attname, b"")
        if isinstance(stored, str):
            from cases import vault  # noqa: PLC0415 - as above

            case, bound_to = self.place(model_instance)
            stored = vault.seal(case, stored.encode(), bound_to) if stored else b""
            model_instance.__dict__[self.attname] = stored
        return stored

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Refuse text: only `pre_save` hands over bytes, so `update()` cannot store it unsealed."""
        if isinstance(value, str):
            raise TypeError(f"{self.attname} is sealed: save it through its row")
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every filter: equal texts have different ciphertexts."""
        raise FieldError(f"{self.attname} is sealed: it cannot be filtered ({lookup_name})")

    def to_python(self, value: Any) -> Any:
        return value

    def value_from_object(self, obj: models.Model) -> Any:
        return getattr(obj, self.attname)

    def value_to_string(self, obj: models.Model) -> str:
        """For dumps: the stored bytes, never the text."""
        self.pre_save(obj, add=False)
        return base64.b64encode(obj.__dict__.get(self.attname, b"")).decode("ascii")

    def formfield(self, **kwargs: Any) -> Any:
        for unused in ("form_class", "choices_form_class"):
            kwargs.pop(unused, None)
        label = str(self.verbose_name).capitalize()
        options: dict[str, Any] = {"max_length": self.most, "required": not self.blank, "label": label}
        return forms.CharField(**(options | kwargs))


def seal_fields(instance: models.Model) -> None:
    """Seal every sealed field of an instance now, so that no encryption happens inside the transaction."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, SealedTextField):
            field.pre_save(instance, add=False)


def stored_value(instance: models.Model, attname: str) -> Any:
    """A column as it is in the database or will be: a sealed one as bytes (or text not sealed yet)."""
    if isinstance(instance._meta.get_field(attname), SealedTextField):
        return instance.__dict__.get(attname, b"")
    return getattr(instance, attname)


def keep_stored_bytes(
    sender: Any,  # noqa: ARG001 - Django's signature
    instance: models.Model,
    history_instance: models.Model,
    **_: Any,
) -> None:
    """simple-history copies opened text; give the history row the stored bytes instead."""
    for field in instance._meta.concrete_fields:
        if isinstance(field, SealedTextField) and field.attname in instance.__dict__:
            history_instance.__dict__[field.attname] = instance.__dict__[field.attname]
