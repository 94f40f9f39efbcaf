"""Newer machine-made tables, fetched from the registries and read without running anything.

``releases`` finds and verifies files, ``pywrangler``, ``patches``, ``pyodide_lock`` and ``wrangler_schema`` read one
kind of file each, ``texts`` writes tables, ``update`` puts them together, and ``store`` keeps them in the cache folder.
"""
