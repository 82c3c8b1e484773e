-- Patients that the application had, in the order of their numbers. $1 behind this one, $2 limit.
-- Columns: number, id.
select n, patient from person where n > $1 and known = 1 order by n limit $2
