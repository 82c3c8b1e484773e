"""
The independent checker: reads truth, journal, ledger, registry and store afresh, and judges a
migration by the invariants I1 to I14. It shares no code with the engine, and must not.
"""
