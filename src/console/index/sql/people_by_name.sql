-- Patients by the beginnings of names or of the record number, in the order of their names, of at most
-- 5,000 that fit. $1 words, $2 and $3 born from and to, $4 0: from the first one; else behind the
-- patient with the number $5, $6 limit.
-- Columns: number, id, last name, first name, born, record number, documents.
with found (n, patient, last, first, born, mrn) as materialized (
    select p.n, p.patient, p.last, p.first, p.born, p.mrn
      from person p
     where p.n in (select rowid from people where people match $1 limit 5000)
       and p.born >= $2 and p.born <= $3
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
