"""`python -m colorgan` is the command `colorgan`."""

import sys

from .cli import main

sys.exit(main())
