"""Print how many bytes of ten real wheels of 1 to 60 MB the content check without imports takes, by ranges.

    python tools/measure_bytes.py

The figures go into accuracy_notes.toml by hand, with their date. Nothing but the ranges is fetched.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from packaging.utils import canonicalize_name  # noqa: E402

from scanner.index.archive.contents import read_wheel_contents  # noqa: E402
from scanner.index.archive.pieces import ByteSource  # noqa: E402
from scanner.index.distributions import Distributions  # noqa: E402
from scanner.index.projects import Index  # noqa: E402
from scanner.index.settings import Surroundings, read_index_settings  # noqa: E402
from scanner.model.artifact import Artifact, ArtifactKind  # noqa: E402
from scanner.model.contents import WheelContents  # noqa: E402  # works without an installation
from scanner.runtime.tables import load_platform  # noqa: E402

NAMES = (
    "lxml", "grpcio", "pillow", "cryptography", "pandas", "scikit-learn", "scipy", "opencv-python-headless", "pymupdf",
    "playwright", "duckdb", "spacy",
)  # fmt: skip
LEAST_BYTES, MOST_BYTES = 1_000_000, 60_000_000
WANTED = 10


def main() -> None:
    """Measure and print."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    environ["PIP_CONFIG_FILE"] = os.devnull
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = load_platform().public_index_url
        settings = read_index_settings(
            Surroundings(environ=environ, home=folder, directory=folder, default_index_url=url)
        )
        with Index(settings, environ=environ, home=folder, user_agent="compat-scan-tools") as index:
            taken = total = 0
            for artifact in list(find_wheels(index))[:WANTED]:
                contents, taken_bytes = index.run(read(index, artifact))
                size_bytes = artifact.size_bytes or 0
                taken, total = taken + taken_bytes, total + size_bytes
                print(f"{artifact.filename}: {taken_bytes:,} of {size_bytes:,} bytes", end="")
                print(f" ({taken_bytes / size_bytes:.2%}), {len(contents.native)} native members")
    print(f"together: {taken:,} of {total:,} bytes ({taken / total:.2%})")


def find_wheels(index: Index) -> Iterator[Artifact]:
    """The largest wheel in the range of each project's newest release that has one."""
    for name in NAMES:
        listing = index.listing(canonicalize_name(name))
        for version in listing.versions[:3] if listing else ():
            release = listing.release(version) if listing else None
            wheels = [file for file in release.artifacts if file.kind is ArtifactKind.WHEEL] if release else []
            fitting = [file for file in wheels if LEAST_BYTES <= (file.size_bytes or 0) <= MOST_BYTES]
            if fitting:
                yield max(fitting, key=lambda file: file.size_bytes or 0)
                break


class CountedSource:
    """Another source, with a count of the bytes that it returned."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.size_bytes = source.size_bytes
        self.bytes_read = 0

    async def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to before ``stop``."""
        data = await self._source.read(start, stop)
        self.bytes_read += len(data)
        return data


async def read(index: Index, artifact: Artifact) -> tuple[WheelContents, int]:
    """Return what is in the wheel, and how many bytes of it that took."""
    source = CountedSource(await Distributions(index).open_source(artifact))
    return await read_wheel_contents(artifact.filename, source), source.bytes_read


if __name__ == "__main__":
    main()
