"""The application's documents, each of anything; here of patients."""

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Document(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_type = models.ForeignKey(ContentType, null=True, on_delete=models.PROTECT)
    object_id = models.UUIDField(null=True)
    content_object = GenericForeignKey("content_type", "object_id")
    file_name = models.CharField(max_length=255)
    original_name = models.CharField(max_length=255)
    file_size = models.IntegerField()
    mime_type = models.CharField(max_length=100)
    s3_bucket = models.CharField(max_length=255, blank=True)
    s3_key = models.CharField(max_length=512)
    s3_url = models.CharField(max_length=1024, blank=True)
    category = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=list, blank=True)
    uploaded_by = models.CharField(max_length=100)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    document_date = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    filemaker_id = models.UUIDField(null=True, unique=True)
    filemaker_metadata = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["object_id", "category"], name="documents_by_object")]
