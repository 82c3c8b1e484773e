-- The number that a new version gets. $1 document. Columns: number.
select coalesce(max(number), 0) + 1 from fmferry_version where document = $1
