-- Notes that a document was given to another patient. $1 document, $2 run, $3 now, $4 patient
-- before, $5 patient after, $6 by whom or '', $7 reason or ''.
insert into fmferry_link (document, number, run, at_us, patient_before, patient, who, reason)
select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7
  from fmferry_link where document = $1
