-- Nothing is known any more to be wrong with a document. $1 document.
delete from fmferry_finding where document = $1
