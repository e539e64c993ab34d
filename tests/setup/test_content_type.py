"""A content type that Django cannot read is a 400 of ours with our headers, never a 500."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler

from dahashare.content_type import readable_type, refuse_unreadable_types

pytestmark = pytest.mark.django_db
CHARSETS = """rot13 undefined hex base64 zlib bz2 idna punycode quopri uu unicode_escape utf-7 utf-16 us-ascii
latin-1 x-none "rot13" '' utf-8\0 {long}""".format(long="a" * 5_000).split()
KINDS = ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded")
ODD = (
    "multipart/form-data; boundary*=foo''x",
    "text/plain; x*=rot13''y",
    "text/plain; x *=undefined''%ff",
    "text/plain; CHARSET = Rot13",
    "text/plain; a=b;charset=hex;c=d",
    "text/plain; charset*0=ro; charset*1=t13",
    "text/plain; charset*=foo''utf-8",
    "text/plain; x*x*=y",
)
READ = (
    "",
    "text/plain",
    "text/plain; charset=utf-8",
    "application/x-www-form-urlencoded; charset=UTF-8",
    'application/json; charset="utf8"',
    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk",
    ";",
    "x" * 20_000,
    "text/plain;;;=",
    "\xff; \xfe=\x00",
)


def answer(method: str, path: str, content_type: str) -> tuple[int, dict[str, str]]:
    """The status and the headers that a server would be given."""
    body = b"a=b"
    path, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "localhost",
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    told: list[Any] = []
    application = refuse_unreadable_types(WSGIHandler())
    b"".join(application(environ, lambda status, headers: told.append((status, headers))))
    ((status, headers),) = told
    return int(status.split()[0]), dict(headers)


@pytest.mark.parametrize("kind", [f"{kind}; charset={one}" for kind in KINDS for one in CHARSETS] + [*ODD])
def test_a_type_that_cannot_be_read_is_a_plain_refusal(kind: str) -> None:
    for method, path in (("GET", "/sign-in/?a=1"), ("POST", "/sign-in/"), ("GET", "/health/")):
        status, headers = answer(method, path, kind)
        assert status == 400, (method, path)
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", READ)
def test_every_other_type_is_passed_on(kind: str) -> None:
    assert readable_type(kind)
    assert answer("GET", "/sign-in/?a=1", kind)[0] == 200
    assert answer("POST", "/sign-in/", kind)[0] in (200, 403)
