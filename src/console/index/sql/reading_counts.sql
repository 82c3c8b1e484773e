-- Columns: documents, those whose words wait, those that have none or cannot be read.
select (select count(*) from card), (select count(*) from reading where shape in (0, 8)),
       (select count(*) from reading where shape between 2 and 7)
