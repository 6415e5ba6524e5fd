"""What can be wrong with a file that a person hands in, and what becomes of each.

Read by the test that proves it and by the one that writes the table in docs/sources.md.
"""

from hazards.blocks import BLOCKS
from hazards.editions import Hazard, base, edited, put, saved
from hazards.hidden import HIDDEN
from hazards.looks import LOOKS
from hazards.numbers import NUMBERS
from hazards.text_files import TEXT_FILES
from hazards.texts import TEXTS
from hazards.variants import VARIANTS

HAZARDS = (*HIDDEN, *NUMBERS, *LOOKS, *TEXTS, *BLOCKS, *VARIANTS, *TEXT_FILES)

__all__ = ["HAZARDS", "Hazard", "base", "edited", "put", "saved"]
