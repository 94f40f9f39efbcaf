"""Everything that talks to a package index: settings, the one HTTP client, listings, local folders and archives.

``service.Index`` is what the other stages are handed. Importing this package opens nothing and loads no HTTP library.
"""
