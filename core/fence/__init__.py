"""What holds an agent: write scopes, what it may not read, and which sockets it reaches."""
