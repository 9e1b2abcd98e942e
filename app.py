"""Start-up only: settings -> engine -> Dash -> pages. `server` is what gunicorn serves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from dash import html
from flask import Response
from werkzeug.middleware.proxy_fix import ProxyFix

import access.door as door
import pages
import settings as configuration
from access import limits as access_limits
from access import passwords, session
from access.callbacks import refuse_open_doors, refuse_unguarded
from access.pages import Renderer, match
from access.rules import Server
from components import static_files
from components.templating import environment
from data_access import engine as engines
from data_access import migrations_runner
from data_access.answers import Writer as AnswerWriter
from data_access.importing.office import Office
from data_access.queries.accounts import demo_scopes
from data_access.reading import NoRelease, current_release
from data_access.thresholds import Writer as ThresholdWriter
from logs import configure_logging
from pages import (
    account,
    answers,
    exports,
    open_data,
    proposals,
    search_route,
    sign_in,
    site,
    specimen,
    steward,
    stored,
    templates_route,
    threshold_lab,
    users,
)

ROOT = Path(__file__).resolve().parent


def create_app(settings: configuration.Settings | None = None) -> site.Panel:
    """Build the application. Raises SettingsError, EngineError, SchemaMismatch or UnguardedCallback with what to mend."""
    settings = settings or configuration.load()
    configure_logging(settings.log_level, settings.log_format)
    with ThreadPoolExecutor() as besides:  # hashes are made by a second processor while pages are imported
        opened = besides.submit(
            engines.planes,
            settings.database_url,
            public_url=settings.public_database_url,
            scoped_url=settings.scoped_database_url,
            strict=settings.environment == "production",
        )
        prepared = besides.submit(passwords.prepare)
        pages.load_all()
        planes = opened.result()
        prepared.result()

    app = site.Panel(
        __name__,
        server=Server(__name__),
        assets_folder=str(ROOT / "assets"),
        include_assets_files=False,
        suppress_callback_exceptions=True,
        health_endpoint="healthz",
        compress=True,
        title="IKMS panelis",
        update_title=None,
    )
    app.layout = html.Div([site.Address(id="url"), html.Div(id="page")])
    app.enable_dev_tools(debug=False)

    environment().globals["contact"] = settings.contact
    session.configure(app.server, settings)
    app.server.extensions["ikms_demo_accounts"] = demo_scopes(planes.public) if settings.demo else {}
    mark = stored.code_mark(settings.contact)
    renderer = Renderer(planes, settings, site.not_found, mark, specimen.dictionary)
    app.site = site.Site(renderer, settings, static_files.bundle_urls())
    app.site.release_line = site.release_line(planes.public)

    door.install(app, lambda path: match(path) is not None, access_limits.of_settings(settings))
    door.install_errors(app.server, app.site.error_page)
    site.install_fragments(app.server, renderer)
    app.site.dictionary_href = specimen.install(app.server, mark)
    exports.install(app.server, renderer)
    open_data.install(app.server, renderer, settings.open_data_folder)
    search_route.install(app.server, renderer)
    templates_route.install(app.server)
    sign_in.install(app.server, app.site)
    account.install(app.server)
    users.install(app.server, app.site)
    threshold_lab.install(
        app.server, ThresholdWriter(settings.database_url, settings.proposal_days, settings.approvals)
    )
    writing = engines.create(settings.database_url)
    migrations_runner.verify(writing)
    answers.install(app.server, AnswerWriter(writing))
    office = Office(
        engines.create(settings.database_url),
        settings.database_url,
        persons=settings.approvals,
        days=settings.proposal_days,
    )
    steward.install(app.server, office, renderer.reading)
    proposals.install(app.server, office)
    _install_readiness(app, planes)
    site.register_router(app)
    if settings.proxies:
        app.server.wsgi_app = ProxyFix(
            app.server.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    static_files.install(app, https=settings.https, extra={"novadi.json": settings.geometry})
    refuse_unguarded(app)
    refuse_open_doors(app)
    return app


def _install_readiness(app: site.Panel, planes: engines.Planes) -> None:
    @door.route(app.server, "/readyz")
    def readyz() -> Response:
        try:
            with planes.scoped.begin() as connection:
                current_release(connection)
            with planes.public.begin() as connection:
                release = current_release(connection)
        except NoRelease:
            return Response("no release", status=503, mimetype="text/plain")
        except Exception as error:  # any fault of the database means: do not send readers here
            structlog.get_logger("ikms").error("not ready", kind=type(error).__name__)
            return Response("no database", status=503, mimetype="text/plain")
        return Response(f"ready, release {release.id}", mimetype="text/plain")


def __getattr__(name: str):
    # gunicorn asks for app:server; importing the module for tests must not build an application.
    if name == "server":
        return create_app().server
    raise AttributeError(name)
