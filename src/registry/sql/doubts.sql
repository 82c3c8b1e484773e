-- Every doubt. Columns: FileMaker id, patient, document's row, why.
select filemaker_id, patient, '', why from fmferry_match where why <> ''
union all
select filemaker_id, patient, id, why from fmferry_doubt
order by 1, 3
