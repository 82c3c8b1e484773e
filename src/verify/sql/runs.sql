-- Every run of a source. $1 source. Columns: run.
select run from fmferry_run where source = $1 order by run
