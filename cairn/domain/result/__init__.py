"""The life of a result once it is computed: shown, talked about, signed, appealed, closed (RULES Y3, L8)."""
