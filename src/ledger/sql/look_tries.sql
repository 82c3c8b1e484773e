-- Tries that did not end well, over all runs of a source; a mark that counts ('kept') is none.
-- $1 source. Columns: tries.
select count(*) from fmferry_attempt
 where run in (select run from fmferry_run where source = $1)
   and step <> 'kept'
