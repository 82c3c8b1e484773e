-- A patient as the application has it; nothing is written if it is the same. $1 id, $2 last name,
-- $3 first name, $4 born, $5 record number.
insert into person (patient, last, first, born, mrn, known) values ($1, $2, $3, $4, $5, 1)
on conflict (patient) do update
   set last = excluded.last, first = excluded.first, born = excluded.born, mrn = excluded.mrn, known = 1
 where known <> 1 or born <> excluded.born or mrn <> excluded.mrn
    or cast(last as blob) <> cast(excluded.last as blob) or cast(first as blob) <> cast(excluded.first as blob)
