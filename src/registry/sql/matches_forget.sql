-- Forgets who is who.
delete from fmferry_match
