"""The blind survey: which of two pictures looks more real, which do people prefer.

prepare -> study (frozen pictures and hashes) -> trials (pairs and sides, signed tokens)
        -> survey (one participant's way) -> store (committed, then acknowledged)
        -> analysis, ratings (pure functions on votes) -> report
"""
