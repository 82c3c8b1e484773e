-- A document that may be shown; nothing is written if it is the same. $1 document, $2 row, $3 patient
-- or null, $4 type, $5 day, $6 name.
insert into card (document, row, person, type, day, name)
values ($1, $2, coalesce((select n from person where patient = $3), 0), $4, $5, $6)
on conflict (document) do update
   set row = excluded.row, person = excluded.person, type = excluded.type, day = excluded.day,
       name = excluded.name
 where row <> excluded.row or person <> excluded.person or day <> excluded.day
    or name <> excluded.name or cast(type as blob) <> cast(excluded.type as blob)
