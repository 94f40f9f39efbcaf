"""From a report to a plan: what to deploy where, how large, at what cost. Pure; the tables are all it looks at."""
