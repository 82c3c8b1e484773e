-- The application's tables, as Django 3.2 makes them in PostgreSQL: for where there is no
-- application yet. A script, run once.
create table django_content_type (
    id serial primary key,
    app_label varchar(100) not null,
    model varchar(100) not null,
    unique (app_label, model)
);
insert into django_content_type (app_label, model) values ('patients', 'patient');
insert into django_content_type (app_label, model) values ('documents', 'document');
create table patients_patient (
    id uuid primary key,
    mrn varchar(50) not null,
    first_name varchar(150) not null,
    last_name varchar(150) not null,
    dob date null,
    filemaker_metadata jsonb null
);
create table documents_document (
    id uuid primary key,
    object_id uuid null,
    file_name varchar(255) not null,
    original_name varchar(255) not null,
    file_size integer not null,
    mime_type varchar(100) not null,
    s3_bucket varchar(255) not null,
    s3_key varchar(512) not null,
    s3_url varchar(1024) not null,
    category varchar(100) not null,
    description text not null,
    tags jsonb not null,
    uploaded_by varchar(100) not null,
    uploaded_at timestamp with time zone not null,
    updated_at timestamp with time zone not null,
    document_date date null,
    is_active boolean not null,
    filemaker_id uuid null unique,
    filemaker_metadata jsonb null,
    content_type_id integer null
        references django_content_type (id) deferrable initially deferred
);
create index documents_document_content_type_id on documents_document (content_type_id);
create index documents_document_object on documents_document (object_id, category);
