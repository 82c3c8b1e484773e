-- How often a session or a token opened a document since a time. $1 row, $2 since, $3 session or 0,
-- $4 token or 0, $5 another entry that counts (or 'open'). Columns: count.
select count(*)
  from fmferry_view
 where row = $1 and at_us >= $2 and (what = 'open' or what = $5) and outcome = 'ok'
   and coalesce(session, 0) = $3 and coalesce(token, 0) = $4
