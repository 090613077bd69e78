"""The core of Cairn: domain, ledger, policies and the one path that writes."""
