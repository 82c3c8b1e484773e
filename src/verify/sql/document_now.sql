-- The state of a document at this moment. $1 document. Columns: epoch, changed_us, state.
select epoch, changed_us, state from fmferry_document where document = $1
