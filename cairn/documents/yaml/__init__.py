"""One reader for all YAML: every value with its line, numbers exact, slips of the keyboard found, models checked."""

from cairn.documents.nodes import Node
from cairn.documents.yaml.document import Document, read_yaml, read_yaml_text
from cairn.documents.yaml.models import complaints, read_model, read_values

__all__ = ["Document", "Node", "complaints", "read_model", "read_values", "read_yaml", "read_yaml_text"]
