"""Tests for counting."""

import unittest

from words.count import count


class Counting(unittest.TestCase):
    """What count gives."""

    def test_small_and_large_letters_are_one_word(self) -> None:
        self.assertEqual(count("Crew crew CREW"), {"crew": 3})

    def test_no_text_has_no_words(self) -> None:
        self.assertEqual(count(""), {})
