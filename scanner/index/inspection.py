"""Distributions opened for the checks: small wheels in memory, others by byte ranges."""

from __future__ import annotations

from scanner.index.archive.contents import read_contents, read_wheel_contents
from scanner.index.archive.pieces import MemorySource
from scanner.index.archive.sdist import open_packed
from scanner.index.archive.wheel import read_wheel_directory
from scanner.index.distributions import Distributions
from scanner.index.wheel_files import WheelFiles
from scanner.model.artifact import Artifact
from scanner.model.opened import OpenedSdist, OpenedWheel

MAX_HELD_BYTES = 48 * 1024 * 1024
"""Wheels up to this size are downloaded whole, so that their imports can be followed. Of larger wheels only the
contents are listed. Few wheels that fit a Worker of 64 MiB are larger."""


async def open_wheel(distributions: Distributions, artifact: Artifact) -> OpenedWheel:
    """Return what the wheel contains, with its files if it is small enough to keep in memory.

    Raises:
        IndexFailure: it cannot be fetched.
        ArtifactError: it is refused, is not the file that the index promised, or contradicts its sidecar.
    """
    if (artifact.size_bytes or 0) > MAX_HELD_BYTES:
        source = await distributions.open_source(artifact)
        contents = await read_wheel_contents(artifact.filename, source)
        distributions.check_metadata(artifact, contents.metadata)
        return OpenedWheel(contents=contents)
    data = await distributions.fetch_whole(artifact)
    directory = await read_wheel_directory(artifact.filename, MemorySource(data))
    contents = await read_contents(directory)
    distributions.check_metadata(artifact, contents.metadata)
    members = {member.path: member for member in directory.members if not member.is_directory}
    files = WheelFiles(artifact.filename, data, members)
    return OpenedWheel(contents=contents, paths=tuple(members), code_bytes=files.code_bytes, read=files.read)


async def open_sdist(distributions: Distributions, artifact: Artifact) -> OpenedSdist:
    """Return what the source distribution contains, with its modules.

    Raises:
        IndexFailure: it cannot be fetched.
        ArtifactError: it is refused, or is not the file that the index promised.
    """
    return open_packed(artifact.filename, await distributions.fetch_whole(artifact))
