-- Columns: documents, those whose words wait, those that have none or cannot be read.
select (select count(*) from card), (select count(*) from reading where shape = 0),
       (select count(*) from reading where shape > 1)
