"""Pages, rendered here and moved by htmx: each works by address, and parts of it are swapped in place."""
