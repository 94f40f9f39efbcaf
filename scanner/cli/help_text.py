"""What `--help` says besides the options; a line with nothing but a backspace keeps the lines below it as they are."""

from __future__ import annotations

HELP = """\
Report which Python dependencies run on Cloudflare Python Workers, which need a container, why, and what to change.

\b
Examples:
  compat-scan                      the dependency files in and below here
  compat-scan requirements.txt     one file; -v adds the evidence
  pip freeze | compat-scan -       what is installed
  compat-scan explain numpy        everything known about one package
  compat-scan plan .               what to deploy where, at what cost

Exit codes: 0 everything runs on Workers; 1 something needs a container, or the deployment fails; 2 misuse, or nothing
to judge; 3 something is unknown; 130 interrupted.

`compat-scan scan --help` lists the options of a scan, its environment variables and files.
"""

EXIT_CODES = """\
\b
Exit codes:
  0    everything runs on Workers (or --fail-on lets the rest pass)
  1    something needs a container, or the deployment fails as it stands
  2    misuse, nothing to judge, or an internal error
  3    something is unknown
  130  interrupted
"""

ENVIRONMENT = """\
\b
Environment:
  COMPAT_SCAN_<OPTION>      any setting, such as COMPAT_SCAN_TABLE=advise
  UV_*, PIP_*, netrc        package indexes and their credentials
  HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE
                            the way to the network
  NO_COLOR, FORCE_COLOR, CI
                            colour and progress
  _COMPAT_SCAN_COMPLETE     bash_source, zsh_source or fish_source prints
                            the completion script of that shell

\b
Files:
  compat-scan.toml, or [tool.compat-scan] in pyproject.toml
                            settings, in the folder of what is scanned or
                            above it; `compat-scan config` shows them
  wrangler.jsonc, wrangler.json, wrangler.toml
                            the compatibility date, likewise
"""

SCAN = f"""\
\b
Examples:
  compat-scan .                        every dependency file in and below
                                       this folder, lock files first
  compat-scan pyproject.toml --extra web --group deploy
  compat-scan uv.lock --table advise   rely on the builds of Pyodide
  compat-scan . --format github --format sarif -o compat-scan.sarif
                                       two reports of one scan
  compat-scan . --fail-on container    what is unknown passes
  compat-scan --python .venv           what is installed there

{EXIT_CODES}
{ENVIRONMENT}"""

FIX = """\
\b
Examples:
  compat-scan fix                      make the safe edits of this project
  compat-scan fix . --diff             show them, change nothing
  compat-scan fix . --unsafe           those that require code changes too

\b
Exit codes:
  0    everything runs now; with --diff nothing would change
  1    something still needs a container; with --diff something would change
  2    misuse, or a file that cannot be edited; nothing was changed
  3    incomplete: something is unknown
"""

LIST = """\
\b
Examples:
  compat-scan list                 every declaration below this folder
  compat-scan list uv.lock --format json

Exit codes: 0 everything could be read; 2 nothing could; 3 something could not.
"""

EXPLAIN = f"""\
\b
Examples:
  compat-scan explain numpy
  compat-scan explain "jiter>=0.8" --compatibility-date 2026-01-01
  compat-scan explain "uvicorn[standard]" --format html -o uvicorn.html

{EXIT_CODES}"""

DIFF = """\
\b
Examples:
  compat-scan diff old.json            with a scan of this folder now
  compat-scan diff old.json new.json --format markdown -o comment.md
  compat-scan diff old.json requirements.txt --table advise

\b
Exit codes:
  0    no new blockers
  1    new blockers that nobody accepted
  2    misuse, a file that is no report, or an internal error
"""

RULE = """\
\b
Examples:
  compat-scan rule CS101
  compat-scan rule outdated-release
"""

TREE = f"""\
\b
Examples:
  compat-scan tree requirements.txt
  compat-scan tree . --invert numpy    who brings numpy along

The marks: v or ✓ runs, ! runs with limits, x or ✗ needs a container, ? unknown.

{EXIT_CODES}"""

PLAN = """\
\b
Examples:
  compat-scan plan .                   the plan, at the terminal
  compat-scan plan . --requests-per-day 50000 --memory 900
  compat-scan plan . --source src --write deploy
                                       the files to deploy, below deploy/
  compat-scan plan --check wrangler.jsonc

\b
Exit codes:
  0    planned, or nothing wrong with --check
  1    --check found faults
  2    misuse, or an input that cannot be read
  3    planned, but something is unknown
"""

VERIFY = """\
\b
Examples:
  compat-scan verify requirements.txt --install
  compat-scan verify requirements.txt --direct --format json

\b
Exit codes:
  0    everything agrees
  1    something disagrees
  2    misuse
  3    not everything could be verified
"""

TABLE = """\
\b
Examples:
  compat-scan table
  compat-scan table --compatibility-date 2026-01-01 --format json
"""

RUNTIMES = """\
\b
Examples:
  compat-scan runtimes
  compat-scan runtimes --compatibility-date 2026-01-01
"""

CONFIG = """\
\b
Examples:
  compat-scan config                   for a scan of this folder
  compat-scan config app/requirements.txt --format json
"""

CACHE = """\
\b
Examples:
  compat-scan cache size
  compat-scan cache clear

The folder is --cache-dir, COMPAT_SCAN_CACHE_DIR or the configuration's, else the user's cache folder.
"""

DATA = """\
\b
Examples:
  compat-scan data show
  compat-scan data update --check      what would change
  compat-scan data update
  compat-scan data reset               back to the shipped tables

\b
Exit codes of update:
  0    updated, or nothing to change
  1    with --check: something would change
  3    a registry did not answer as expected; nothing was changed

The folder is --cache-dir or COMPAT_SCAN_CACHE_DIR, else the user's cache folder.
"""
