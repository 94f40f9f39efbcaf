"""The code of a tree followed package by package: from the memory, here, and in further processes at the same time."""
