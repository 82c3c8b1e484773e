-- Holds a source until the change is over; here whoever writes is alone. $1 source. Columns: source.
select source from fmferry_source where source = $1
