"""Colour a photo in three lines: `python examples/colorize_a_photo.py PHOTO RESULT`."""

import sys

from colorgan import Colorizer

colorizer = Colorizer.from_pretrained("pretrained")
colorizer.colorize_file(sys.argv[1], sys.argv[2])
