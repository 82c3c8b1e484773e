-- Tries that did not end well, over all runs of a source. $1 source. Columns: tries.
select count(*) from fmferry_attempt
 where run in (select run from fmferry_run where source = $1)
