"""Goals in: tables of goals as people keep them, checked row by row against roster, policy and the open cycle."""
