"""`python -m scanner` is `compat-scan`."""

from scanner.cli import main

if __name__ == "__main__":
    main(prog_name="compat-scan")
