"""What the dashboard's keys do: one group a thing that keys act on, all of them in one table."""
