-- Whether the application has a document's row, which stays until the transaction ends. $1 id.
-- Columns: count.
select count(*) from (select id from documents_document where id = $1 for key share) held
