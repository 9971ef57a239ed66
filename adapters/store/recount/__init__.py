"""The books counted anew in SQL, out of the events' JSON alone.

A second opinion: it shares no rule, no table and no line of code with ``domain/ledger``, so that
a mistake, or a change, in one of the two shows as a difference. ``statements.py`` has what both
databases read alike, ``sqlite.py`` and ``postgres.py`` what each says in its own words.
"""
