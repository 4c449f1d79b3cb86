"""`python -m hullcheck`."""

import sys

from hullcheck.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
