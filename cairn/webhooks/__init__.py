"""What other systems are told of: the message, its signature, where it may go, and sending it once."""
