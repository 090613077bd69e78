"""Who is there: sign-in by OpenID Connect, sessions of people, tokens of machines, and the language they read."""
