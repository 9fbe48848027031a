"""Settings: what is accepted, what stops the start, and the table in the documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.calendar import OfficeHours
from helpdesk.errors import SettingsError
from helpdesk.settings import load_settings
from ops.settings_table import rows

ROOT = Path(__file__).resolve().parents[3]


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = load_settings({})
    assert (settings.port, settings.rasa_port, settings.actions_port) == (8080, 5005, 5055)
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"VSSID_TELEGRAM_TOKN": "1:a"}, "VSSID_TELEGRAM_TOKN"),
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "70000"}, "PORT"),
        ({"PORT": "5005"}, "RASA_PORT"),
        ({"VSSID_RASA_TIMEOUT": "-1"}, "VSSID_RASA_TIMEOUT"),
        ({"VSSID_LATE_NOTICE_AFTER": "nan"}, "VSSID_LATE_NOTICE_AFTER"),
        ({"VSSID_WORKERS": "0"}, "VSSID_WORKERS"),
        ({"VSSID_TELEGRAM_MODE": "push"}, "VSSID_TELEGRAM_MODE"),
        ({"VSSID_TELEGRAM_TOKEN": "secret-without-number"}, "VSSID_TELEGRAM_TOKEN"),
        ({"VSSID_TELEGRAM_TOKEN": "1:a", "VSSID_TELEGRAM_MODE": "webhook"}, "VSSID_TELEGRAM_WEBHOOK_URL"),
        ({"VSSID_OFFICE_HOURS": "sáng"}, "VSSID_OFFICE_HOURS"),
        ({"VSSID_FLOOD_BURST": "99"}, "VSSID_FLOOD_LIMIT"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(environment)


def test_a_secret_is_never_shown_in_the_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"VSSID_TELEGRAM_TOKEN": "hush-hush"})
    assert "hush-hush" not in str(caught.value)


def test_the_documentation_lists_exactly_the_settings() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `")]
    assert table == rows()


def test_office_hours_are_local_and_closed_on_sunday() -> None:
    hours = OfficeHours.parse("07:30-11:30,13:30-17:00")
    monday_morning_in_da_nang = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert hours.is_open(monday_morning_in_da_nang)
    assert not hours.is_open(datetime(2026, 11, 23, 5, 0, tzinfo=UTC))  # noon
    assert not hours.is_open(datetime(2026, 11, 22, 1, 0, tzinfo=UTC))  # Sunday
