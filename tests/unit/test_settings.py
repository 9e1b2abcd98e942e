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


OIDC = {
    "IKMS_OIDC_ISSUER": "https://login.example.lv/realms/ikms",
    "IKMS_OIDC_CLIENT_ID": "ikms",
    "IKMS_OIDC_CLIENT_SECRET": "a-secret-of-the-issuer",
    "IKMS_OIDC_REDIRECT": "https://ikms.example.lv/pieslegties/oidc/atpakal",
}


def test_whole_oidc_is_accepted(monkeypatch):
    """All four settings, and the secret is not shown."""
    made = make(monkeypatch, **OIDC)
    assert made.oidc_issuer == OIDC["IKMS_OIDC_ISSUER"]
    assert "a-secret" not in repr(made)


@pytest.mark.parametrize("missing", OIDC)
def test_part_of_oidc_is_refused(monkeypatch, missing):
    """Three of four name the fourth."""
    with pytest.raises(settings.SettingsError, match=missing):
        make(monkeypatch, **{name: value for name, value in OIDC.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IKMS_OIDC_ISSUER", "http://login.example.lv"),
        ("IKMS_OIDC_ISSUER", "https://login.example.lv/?x=1"),
        ("IKMS_OIDC_ISSUER", "https://user@login.example.lv"),
        ("IKMS_OIDC_REDIRECT", "https://ikms.example.lv/elsewhere"),
        ("IKMS_OIDC_REDIRECT", "http://ikms.example.lv/pieslegties/oidc/atpakal"),
        ("IKMS_OIDC_CLIENT_SECRET", "short"),
        ("IKMS_OIDC_SCOPES", "profile"),
    ],
)
def test_contradictory_oidc_is_refused(monkeypatch, name, value):
    """Plain http, other paths, short secrets, no openid."""
    with pytest.raises(settings.SettingsError, match=name):
        make(monkeypatch, **{**OIDC, name: value})


def test_roles_claim_without_issuer_is_refused(monkeypatch):
    """Settings that would have no effect are named."""
    with pytest.raises(settings.SettingsError, match="IKMS_OIDC_ROLES_CLAIM"):
        make(monkeypatch, IKMS_OIDC_ROLES_CLAIM="roles")
