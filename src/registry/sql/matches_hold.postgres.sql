-- Nobody else compares the rosters until this change ends. Columns: 1.
select 1 from (select pg_advisory_xact_lock(hashtext('fmferry_match'))) as held
