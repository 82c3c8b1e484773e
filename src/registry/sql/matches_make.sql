-- Matches patients by FileMaker's id; of several with one id, none is matched.
insert into fmferry_match (filemaker_id, patient, why)
select filemaker_id, case when count(*) = 1 then min(patient) else '' end,
       case when count(*) = 1 then ''
            else 'several patients of the application carry this id' end
  from fmferry_patient where filemaker_id <> '' group by filemaker_id
