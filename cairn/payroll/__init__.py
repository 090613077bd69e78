"""What goes to payroll and comes back from it: files, signed messages, and what payroll says it has."""
