-- Patients by a number of four digits alone, which may be the year of birth or the record number.
-- $1 the number as words, else as people_by_name.
with found (n, patient, last, first, born, mrn) as materialized (
    select p.n, p.patient, p.last, p.first, p.born, p.mrn
      from person p
     where (p.n in (select rowid from people where people match $1 limit 5000)
            or (p.born >= $2 and p.born <= $3))
       and p.known = 1
       and ($4 = 0
            or (p.last, p.first, p.n) > (select b.last, b.first, b.n from person b where b.n = $5))
     order by p.last, p.first, p.n
     limit $6
)
select f.n, f.patient, f.last, f.first, f.born, f.mrn,
       (select count(*) from card c where c.person = f.n)
  from found f
 order by f.last, f.first, f.n
