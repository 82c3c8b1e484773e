-- The application's tables, as Django 3.2 makes them in SQLite: for where there is no application
-- yet. A script, run once.
create table django_content_type (
    id integer not null primary key autoincrement,
    app_label varchar(100) not null,
    model varchar(100) not null
);
create unique index django_content_type_app_label_model_76bd3d3b_uniq
    on django_content_type (app_label, model);
insert into django_content_type (app_label, model) values ('patients', 'patient');
insert into django_content_type (app_label, model) values ('documents', 'document');
create table patients_patient (
    id char(32) not null primary key,
    mrn varchar(50) not null,
    first_name varchar(150) not null,
    last_name varchar(150) not null,
    dob date null,
    filemaker_metadata text null
        check ((json_valid(filemaker_metadata) or filemaker_metadata is null))
);
create table documents_document (
    id char(32) not null primary key,
    object_id char(32) null,
    file_name varchar(255) not null,
    original_name varchar(255) not null,
    file_size integer not null,
    mime_type varchar(100) not null,
    s3_bucket varchar(255) not null,
    s3_key varchar(512) not null,
    s3_url varchar(1024) not null,
    category varchar(100) not null,
    description text not null,
    tags text not null check ((json_valid(tags) or tags is null)),
    uploaded_by varchar(100) not null,
    uploaded_at datetime not null,
    updated_at datetime not null,
    document_date date null,
    is_active bool not null,
    filemaker_id char(32) null unique,
    filemaker_metadata text null
        check ((json_valid(filemaker_metadata) or filemaker_metadata is null)),
    content_type_id integer null
        references django_content_type (id) deferrable initially deferred
);
create index documents_document_content_type_id on documents_document (content_type_id);
create index documents_document_object on documents_document (object_id, category);
