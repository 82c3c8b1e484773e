-- Forgets all matches.
delete from fmferry_match
