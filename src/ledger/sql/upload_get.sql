-- What was sent for a document. $1 document. Columns: patient, name, day, sha256, size, mime, who, at_us.
select patient, name, day, sha256, size, mime, who, at_us from fmferry_upload where document = $1
