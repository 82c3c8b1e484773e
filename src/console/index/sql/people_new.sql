-- Patients whom the application was not asked about. $1 limit. Columns: id.
select patient from person where known = 0 order by n limit $1
