"""Sets of photos: found by name (`sources`), out of a stranger's zip (`zips`), and which of them
teach colour (`curate`).
"""
