"""Readings in: what ERP, CRM and files say about a metric, collected window by window and recorded once."""
