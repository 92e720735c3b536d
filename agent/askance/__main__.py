"""`python -m askance`."""

from askance.cli import main

if __name__ == "__main__":
    main()
