"""The API: each command from its row, each read model by whoever may read it (OpenAPI 3.1)."""
