"""Where attached files lie: in a folder or an S3-compatible bucket, each under the hash of its content."""

from cairn.attachments.store import AttachmentMissing, AttachmentStore, AttachmentsUnusable, described

__all__ = ["AttachmentMissing", "AttachmentStore", "AttachmentsUnusable", "described"]
