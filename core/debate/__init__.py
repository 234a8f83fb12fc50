"""Debates of the crew: ballots and their tally."""
