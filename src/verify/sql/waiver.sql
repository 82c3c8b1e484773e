-- Who accepted the loss of a document, and why. $1 document. Columns: who, reason.
select who, reason from fmferry_waiver where document = $1
