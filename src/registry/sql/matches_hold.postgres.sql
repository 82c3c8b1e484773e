-- Nobody else compares the patients until this change ends. Columns: 1.
select 1 from (select pg_advisory_xact_lock(hashtext('fmferry_match'))) as held
