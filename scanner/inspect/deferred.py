"""Where does the code of one package import another one?"""

from __future__ import annotations

import re

from scanner.inspect.code.site import Kind, WheelCode, find_modules, is_aside
from scanner.model.errors import ArtifactError


def find_later(package: WheelCode, imported: WheelCode) -> str | None:
    """The first place, as ``path:line``, that names a module of the other package in an import statement.

    Tests and examples are left out; None where there is no such place, or the code cannot be read.
    """
    roots = {file.module.partition(".")[0] for file in find_modules(imported)} or {*imported.opaque_names}
    if not roots:
        return None
    names = "|".join(sorted(map(re.escape, roots)))
    statement = re.compile(rf"^[ \t]*(?:from|import)[ \t]+(?:{names})\b".encode(), re.MULTILINE)
    for file in sorted(find_modules(package), key=lambda file: file.path):
        if file.kind is not Kind.SOURCE or is_aside(file.module):
            continue
        try:
            data = package.read(file.path)
        except ArtifactError:
            return None
        found = statement.search(data)
        if found is not None:
            line = data.count(b"\n", 0, found.start()) + 1
            return f"{file.path}:{line}"
    return None
