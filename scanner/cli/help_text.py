"""What `compat-scan --help` says; a line with nothing but a backspace keeps the lines below it as they are."""

from __future__ import annotations

HELP = """\
Tell which Python dependencies run on Cloudflare Python Workers, and which need a container.

compat-scan reads what a project depends on, asks the package index what each dependency ships, and says for each
one whether it runs on Python Workers (Pyodide, CPython in WebAssembly) or needs a container, why, and what to use
instead.

\b
Examples:
  compat-scan requirements.txt     scan one file (the same as
                                   `compat-scan scan requirements.txt`)
  compat-scan .                    scan the dependency files in and below
                                   this folder
  pip freeze | compat-scan -       scan what is installed
  compat-scan explain numpy        all that is known of one package
  compat-scan list .               what would be scanned; no network
  compat-scan plan .               what to deploy where, at what cost
  compat-scan --format json -o report.json --format github .
                                   two reports of one scan

\b
Exit codes:
  0    everything runs on Workers (or --fail-on lets the rest pass)
  1    something needs a container
  2    misuse, or an input that cannot be read
  3    incomplete: something could not be told
  130  interrupted

\b
Environment:
  COMPAT_SCAN_<OPTION>     any option of a scan, such as COMPAT_SCAN_TABLE
                           or COMPAT_SCAN_FAIL_ON
  UV_*, PIP_*, netrc       package indexes and their credentials
  HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE
                           the way to the network
  NO_COLOR, FORCE_COLOR, CI
                           colour and progress
  _COMPAT_SCAN_COMPLETE    bash_source, zsh_source or fish_source prints
                           the completion script of that shell

\b
Files:
  compat-scan.toml, or [tool.compat-scan] in pyproject.toml
                           settings, found in the folder of what is
                           scanned or above it
  wrangler.jsonc, wrangler.json, wrangler.toml
                           the compatibility date, likewise
"""
