"""Distributions opened for the checks: wheels that fit whole and small enough to be held, others by ranges."""

from __future__ import annotations

from scanner.index.archive import read_wheel_directory
from scanner.index.byte_source import MemorySource
from scanner.index.distributions import Distributions
from scanner.index.sdist_archive import open_packed
from scanner.index.wheel_contents import read_contents, read_wheel_contents
from scanner.index.wheel_files import WheelFiles
from scanner.model.artifact import Artifact
from scanner.model.opened import OpenedSdist, OpenedWheel

MAX_HELD_BYTES = 48 * 1024 * 1024
"""Wheels up to this size are fetched whole, so that their code can be followed; of larger ones only the contents are
looked at. Hardly any wheel that fits a Worker of 64 MiB is larger."""


async def open_wheel(distributions: Distributions, artifact: Artifact) -> OpenedWheel:
    """What the wheel carries, with its files at hand where it is small enough.

    Raises:
        IndexFailure: it cannot be fetched.
        ArtifactError: it breaks a guard, or is not the file that the index promised.
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
    """What the source distribution carries, with its modules at hand.

    Raises:
        IndexFailure: it cannot be fetched.
        ArtifactError: it breaks a guard, or is not the file that the index promised.
    """
    return open_packed(artifact.filename, await distributions.fetch_whole(artifact))
