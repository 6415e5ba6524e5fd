"""Warnings as older ledgers and manifests hold them."""

from shortdrama.lake.warned import Warned


def test_a_warning_of_an_older_manifest_is_its_text_alone() -> None:
    warned = Warned.model_validate("days_behind — observed 4")
    assert warned == Warned(about=(), concern="plausibility", text="days_behind — observed 4")
    assert Warned.model_validate_json(warned.model_dump_json()) == warned
