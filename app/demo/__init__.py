"""The demo crew: its project, the director that plays the operator, and the checks."""
