-- Every run of a source and of its uploads. $1 source. Columns: run.
select run from fmferry_run where source = $1
    or source = (select u.source from fmferry_source s join fmferry_source u on u.name = s.name || '/uploads'
                  where s.source = $1) order by run
