"""A Java that Spark cannot run on is named, with what to do, before anything is started."""

from pathlib import Path

import pytest

from shortdrama_local.spark.cluster import NoSpark, java_home

WHAT_TO_DO = "What to do: apt-get install openjdk-17-jre-headless, or set JAVA_HOME to one"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Java: an empty PATH, except for what a test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def install(folder: Path, says: str) -> Path:
    """A program `java` that says this about its version, where Java says it."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    java.write_text(f"#!/bin/sh\nprintf '%s\\n' '{says}' >&2\n")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize(
    "says",
    [
        'openjdk version "17.0.15" 2025-04-15',
        'openjdk version "21" 2023-09-19',
        'Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "25.0.1" 2025-10-21 LTS',
    ],
)
def test_a_java_that_is_new_enough(says: str, machine: Path) -> None:
    install(machine, says)
    assert java_home() == str(machine)


def test_no_java() -> None:
    with pytest.raises(NoSpark) as refused:
        java_home()
    assert str(refused.value) == (
        f"Spark needs Java 17 or newer, and there is no `java` on the PATH. {WHAT_TO_DO}"
    )


@pytest.mark.parametrize(
    ("says", "version"),
    [('java version "1.8.0_402"', "8"), ('openjdk version "11.0.2" 2019-01-15', "11")],
)
def test_a_java_that_is_too_old(says: str, version: str, machine: Path) -> None:
    java = install(machine, says)
    with pytest.raises(NoSpark, match=f"{java} is Java {version}. {WHAT_TO_DO}"):
        java_home()


def test_something_else_that_is_called_java(machine: Path) -> None:
    install(machine, "coffee")
    with pytest.raises(NoSpark, match="does not say its version"):
        java_home()


def test_java_home_counts_before_the_path(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, 'openjdk version "11.0.2"')
    install(machine / "newer", 'openjdk version "17.0.15"')
    monkeypatch.setenv("JAVA_HOME", str(machine / "newer"))
    assert java_home() == str(machine / "newer")


def test_a_java_home_without_java(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, 'openjdk version "17.0.15"')
    monkeypatch.setenv("JAVA_HOME", str(machine / "gone"))
    with pytest.raises(NoSpark, match=r"JAVA_HOME \(.*gone\) has no bin/java"):
        java_home()
