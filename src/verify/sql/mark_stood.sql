-- Whether the mark of a document's version stood in the record before, so that nothing was written
-- with it. $1 document. Columns: 1, or 0.
select coalesce((select v.mark_stood from fmferry_document d
                   join fmferry_version v on v.document = d.document and v.number = d.version
                  where d.document = $1), 0)
