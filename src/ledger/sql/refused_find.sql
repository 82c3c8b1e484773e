-- How often these bytes came for a document, and whether a person accepted them. $1 document, $2
-- sha256. Columns: readings, accepted.
select readings, case when accepted_us is null then 0 else 1 end as accepted
  from fmferry_refused
 where document = $1 and sha256 = $2
