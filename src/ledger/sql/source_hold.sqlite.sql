-- Holds a source until the change ends; with SQLite only one writes anyway. $1 source. Columns:
-- source.
select source from fmferry_source where source = $1
