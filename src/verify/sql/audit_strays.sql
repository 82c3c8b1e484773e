-- Entries of audit chains that belong to no run. Columns: count.
select count(*) from fmferry_audit where run not in (select run from fmferry_run)
