"""Files that are whole or not there (`whole_file`), tables and pages for people among them."""
