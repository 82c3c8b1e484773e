-- Patients by their ids. $1 a JSON list. Columns: as people_by_name.
select p.n, p.patient, p.last, p.first, p.born, p.mrn,
       (select count(*) from card c where c.person = p.n)
  from json_each($1) j
  join person p on p.patient = j.value
