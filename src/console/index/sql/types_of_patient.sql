-- The types of a patient's documents. $1 patient. Columns: type, documents.
select c.type, count(*)
  from card c
 where c.person = (select n from person where patient = $1)
 group by c.type
 order by c.type
