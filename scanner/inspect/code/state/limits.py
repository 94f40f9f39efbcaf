"""The bounds on the work of one evaluation."""

from __future__ import annotations

MAX_STEPS = 3_000_000
"""How many statements and calls one tree may take; of the real trees that were measured, the largest took 600,000."""

MAX_DEPTH = 400
"""How many imports and calls may be under way; the longest real chain had 160."""

MAX_FORKS = 8
"""How many unknown conditions may be nested; below that, nothing is followed."""

MAX_CALLS = 40
"""How many calls may be under way; a deeper one returns something unknown."""

MAX_REPEATS = 4
"""How often one function may be under way at the same time."""

MAX_DOUBT = 4
"""How many unknown conditions may surround a call that is followed."""

MAX_FUNCTION_STEPS = 10_000
"""How many steps all calls of one function may take together: a metaclass that makes a thousand classes does for the
last what it does for the first."""

MAX_CALL_STEPS = 10_000
"""How many steps the calls of one statement of a module may take; what comes after them is not followed."""
