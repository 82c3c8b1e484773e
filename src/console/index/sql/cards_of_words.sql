-- The documents that fit words, newest first, of at most 5,000 pages that fit all that is asked: those
-- with the highest numbers. $1 patient or null, $2 type or null, $3 and $4 days from and to, $5 and $6
-- behind this day and document, $7 limit, $8 words, $9 1: words of the facts alone are sought.
-- Columns: document, day, row, how many pages fit, how many documents have them, the first page that
-- fits (0: by its facts).
with found (id) as materialized (
    select w.rowid
      from words w
      cross join card c on c.document = w.rowid >> 12
     where w.words match $8
       and ($9 = 0 or w.rowid & 4095 = 0)
       and c.day >= $3 and c.day <= $4
       and ($1 is null or c.person = (select n from person where patient = $1))
       and ($2 is null or c.type = $2)
     order by w.rowid desc
     limit 5001
), fit (document, page) as materialized (
    select id >> 12, min(id & 4095) from found group by id >> 12
)
select c.document, c.day, c.row, (select count(*) from found), (select count(*) from fit), f.page
  from fit f
  cross join card c on c.document = f.document
 where (c.day, c.document) < ($5, $6)
 order by c.day desc, c.document desc
 limit $7
