"""The front-end package: exactly the checked one, without what is licensed for GOV.UK alone."""

import io
import tarfile
from pathlib import Path

import pytest

from dahashare import frontend

CSS = (
    '@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2) format("woff2")}'
    ".a{font-family:GDS Transport,arial,sans-serif;color:#fff}"
    ".b{padding:1px;background-image:url(/assets/images/govuk-crest.svg);margin:0}"
    ".c{-webkit-mask-image:url(/assets/images/govuk-crest.svg);mask-image:url(/assets/images/govuk-crest.svg)}"
    "/*# sourceMappingURL=govuk-frontend.min.css.map */"
)


def test_typeface_crest_and_source_maps_are_stripped_and_the_rest_stays() -> None:
    assert (
        frontend.stripped(CSS)
        == ".a{font-family:Arial,Helvetica,sans-serif;color:#fff}.b{padding:1px;margin:0}.c{}"
    )
    assert frontend.stripped("x=1;//# sourceMappingURL=a.js.map") == "x=1;"


def test_what_cannot_be_stripped_is_refused() -> None:
    with pytest.raises(frontend.NotFetchedError, match="url"):
        frontend.stripped(".a{background:url(/assets/images/new.svg)}")


def archive(folder: Path) -> Path:
    path = folder / "govuk-frontend-0.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name in frontend.FILES:
            data = CSS.encode() if name.endswith("css") else b"x=1"
            member = tarfile.TarInfo(f"package/dist/govuk/{name}")
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    return path


def test_another_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontend, "_pack", lambda _: archive(tmp_path))
    monkeypatch.setattr(frontend, "TARGET", tmp_path / "target")
    with pytest.raises(frontend.NotFetchedError, match="SHA-512"):
        frontend.fetch()
    assert not frontend.present()
    assert not (tmp_path / "target").exists()


def test_two_files_and_a_mark_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontend, "TARGET", tmp_path / "target")
    frontend.keep(archive(tmp_path), tmp_path / "target")
    assert frontend.present()
    assert {path.name for path in (tmp_path / "target").iterdir()} == {*frontend.FILES, frontend.MARK}


def test_npm_that_fails_gives_one_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(frontend.NotFetchedError, match=r"npm failed .*ENOTFOUND"):
        frontend.fetch()


def test_what_was_fetched_on_this_machine_is_stripped() -> None:
    if not frontend.present():
        pytest.skip("the front-end package was not fetched on this machine")
    for name in frontend.FILES:
        text = (frontend.TARGET / name).read_text("utf-8")
        assert len(text) > 10_000
        assert not [word for word in frontend.FORBIDDEN if word in text]
