-- As for SQLite.
select source from fmferry_source where source = $1 for no key update
