-- Django's number for patients. Columns: id.
select id from django_content_type where app_label = 'patients' and model = 'patient'
