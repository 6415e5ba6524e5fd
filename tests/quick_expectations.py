"""Great Expectations at twice its speed.

It makes an expectation's configuration again at each look, fifty times in a validation. An
expectation does not change while it is validated, so here it is made once.
"""

from typing import Any

import pytest
from great_expectations.expectations.expectation import Expectation

MADE = "_made_configuration"


@pytest.fixture(scope="session", autouse=True)
def configurations_made_once() -> Any:
    """Patch the library for the tests of this process."""
    make = Expectation.configuration.fget

    def configuration(self: Any) -> Any:
        if MADE not in vars(self):
            vars(self)[MADE] = make(self)
        return vars(self)[MADE]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Expectation, "configuration", property(configuration))
        yield
