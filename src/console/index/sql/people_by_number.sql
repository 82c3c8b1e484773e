-- The patient with an id, or else those with a record number. $1 either. Columns: id.
select patient from person where patient = $1 or (mrn = $1 and known = 1) order by patient = $1 desc limit 2
