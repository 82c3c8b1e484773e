-- How many pages fit, up to 5,001. $5 to $7 are not used, else as cards_of_words. Columns: pages.
select count(*) from (
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
)
