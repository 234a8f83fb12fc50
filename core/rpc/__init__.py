"""What the supervisor can be asked, by whom, and how that is written on the wire."""
