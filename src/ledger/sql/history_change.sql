-- When a document's state last changed. $1 source, $2 document.
select changed_us from fmferry_document where source = $1 and document = $2
