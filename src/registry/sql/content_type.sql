-- Django's number for patients. $1 app_label, $2 model. Columns: id.
select id from django_content_type where app_label = $1 and model = $2
