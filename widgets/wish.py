"""What a person wants through a widget, which does not know who does it."""

from textual.message import Message


class Wish(Message):
    """Something that the application is to do; each kind is fulfilled by one group of keys."""
