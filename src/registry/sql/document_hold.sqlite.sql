-- Whether the application has a document's row. $1 id. Columns: count.
select count(*) from documents_document where id = $1
