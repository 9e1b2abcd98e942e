"""Settings refuse what is weak or contradictory, and say so in both languages."""

from __future__ import annotations

import pytest

import settings

STRONG = "k3J9-zq2P-Vd81-mmT0-xY7w-Lr5e-Bn4c-Hs6u"


def make(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return settings.load()


def test_defaults_are_a_demonstration(monkeypatch):
    """Without any setting the product is a demonstration on SQLite."""
    made = make(monkeypatch)
    assert made.demo
    assert made.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"IKMS_SECRET_KEY": "short"}, "IKMS_SECRET_KEY"),
        ({"IKMS_SECRET_KEY": "a" * 64}, "IKMS_SECRET_KEY"),
        ({"IKMS_ENVIRONMENT": "production", "IKMS_HTTPS": "true"}, "IKMS_SECRET_KEY"),
        ({"IKMS_ENVIRONMENT": "production", "IKMS_SECRET_KEY": STRONG}, "IKMS_HTTPS"),
        (
            {
                "IKMS_ENVIRONMENT": "production",
                "IKMS_SECRET_KEY": STRONG,
                "IKMS_HTTPS": "true",
                "IKMS_DEMO_SIGN_IN": "true",
            },
            "IKMS_DEMO_SIGN_IN",
        ),
        ({"DASH_MCP_ENABLED": "true"}, "DASH_MCP_ENABLED"),
        ({"DASH_DEBUG": "1"}, "DASH_DEBUG"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"IKMS_GEOMETRY": "/nowhere.geojson"}, "IKMS_GEOMETRY"),
        ({"PORT": "99999"}, "PORT"),
    ],
)
def test_refusals(monkeypatch, environment, named):
    """Each weak or contradictory value is refused by name."""
    with pytest.raises(settings.SettingsError, match=named):
        make(monkeypatch, **environment)


def test_production_needs_no_demo_sign_in(monkeypatch):
    """A complete production configuration is accepted and has no demo sign-ins."""
    made = make(monkeypatch, IKMS_ENVIRONMENT="production", IKMS_SECRET_KEY=STRONG, IKMS_HTTPS="true")
    assert not made.demo


def test_secret_never_printed(monkeypatch):
    """Neither the settings nor a refusal show the secret."""
    assert STRONG not in repr(make(monkeypatch, IKMS_SECRET_KEY=STRONG))
    with pytest.raises(settings.SettingsError) as caught:
        make(monkeypatch, IKMS_SECRET_KEY="shortsecretvalue")
    assert "shortsecretvalue" not in str(caught.value)
