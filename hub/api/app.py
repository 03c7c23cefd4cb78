"""The composition of the HTTP interface. Importing this opens nothing; `create_app` makes the parts, starting the app opens them."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from hub import clock
from hub.api.agency_assistance import list_agency_assistance
from hub.api.asking import provide_caller, provide_question, refuse_unknown_parameters
from hub.api.assistance import list_assistance
from hub.api.batch_rows import dismiss_row, get_error_book, list_quarantine, list_records, mend_row
from hub.api.batches import get_batch, list_batches, send_file, settle_batch
from hub.api.catalogue import list_agencies, list_programmes
from hub.api.comparing import compare, list_change
from hub.api.contracts import get_contract, list_contracts
from hub.api.coverage import get_coverage
from hub.api.deciding import decide_finding, get_rules
from hub.api.demo_roles import list_demo_roles
from hub.api.events import list_events
from hub.api.finding import get_finding
from hub.api.findings import list_findings
from hub.api.health import get_health, get_metrics, get_ready
from hub.api.household import get_household
from hub.api.household_links import list_household_links
from hub.api.households import list_households
from hub.api.layers import create_layer_routers
from hub.api.link_pair import explain_link
from hub.api.linking import decide_link, revoke_link
from hub.api.matrix import get_matrix, list_common
from hub.api.metrics import Metrics
from hub.api.mobility import get_mobility, list_mobility
from hub.api.observing import Observing
from hub.api.overview import get_overview, list_overview
from hub.api.pages import Pages, get_asset, get_file, get_index, get_review, load_pages
from hub.api.parts import open_parts
from hub.api.person import get_person
from hub.api.problems import HANDLERS
from hub.api.publishing import publish_events
from hub.api.reading import Hub
from hub.api.referring import list_referrals, send_referral, step_referral
from hub.api.replaying import list_replay
from hub.api.reviews import claim_review, list_reviews, release_review
from hub.api.timeline import list_timeline
from hub.clock import Clock
from hub.settings import Settings

VERSION = "1"
DESCRIPTION = """Linked households, the help they were given, and the events behind both, at any point in time.

Two axes: `valid_at` is what was true in the world, `as_of` what the hub knew. Every answer names the basis it rests on. Keys travel in the
header `X-API-Key`; without one only aggregates are answered, small counts hidden."""

OpenHub = Callable[[Metrics, Clock], AbstractAsyncContextManager[Hub]]
"""Opens the parts of a hub for as long as the app runs."""


def create_v1() -> Router:
    """The resources of /v1."""
    return Router(
        path="/v1",
        route_handlers=[
            get_overview,
            list_overview,
            compare,
            list_change,
            get_mobility,
            list_mobility,
            get_matrix,
            list_common,
            list_households,
            get_household,
            list_timeline,
            get_person,
            list_replay,
            list_assistance,
            list_agencies,
            list_agency_assistance,
            list_programmes,
            list_events,
            publish_events,
            list_demo_roles,
            list_findings,
            get_finding,
            get_coverage,
            decide_finding,
            get_rules,
            send_referral,
            step_referral,
            list_referrals,
            decide_link,
            revoke_link,
            explain_link,
            list_household_links,
            list_reviews,
            claim_review,
            release_review,
            send_file,
            list_batches,
            get_batch,
            settle_batch,
            list_records,
            get_error_book,
            mend_row,
            dismiss_row,
            list_quarantine,
        ],
        guards=[refuse_unknown_parameters],
        dependencies={
            "question": Provide(provide_question, sync_to_thread=False),
            "caller": Provide(provide_caller),
        },
    )


def create_app_with(
    open_hub: OpenHub, *, hub_clock: Clock = clock.now, more: list[Router] | None = None
) -> Litestar:
    """The app over the parts that `open_hub` opens; `more` are routers of other packages."""
    metrics = Metrics()
    opened: list[Hub] = []
    pages: Pages = load_pages()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
        async with open_hub(metrics, hub_clock) as hub:
            opened.append(hub)
            yield
            opened.clear()

    def provide_hub() -> Hub:
        return opened[0]

    def provide_pages() -> Pages:
        return pages

    contracts = Router(
        path="/contracts", route_handlers=[list_contracts, get_contract], guards=[refuse_unknown_parameters]
    )
    return Litestar(
        route_handlers=[
            create_v1(),
            contracts,
            get_health,
            get_ready,
            get_metrics,
            get_index,
            get_review,
            get_file,
            get_asset,
            *(more or []),
        ],
        dependencies={
            "hub": Provide(provide_hub, sync_to_thread=False),
            "pages": Provide(provide_pages, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        middleware=[Observing(metrics)],
        lifespan=[lifespan],
        openapi_config=describe(),
        logging_config=None,
    )


def describe() -> OpenAPIConfig:
    """How the OpenAPI document at /schema is made."""
    return OpenAPIConfig(
        title="Poverty hub",
        version=VERSION,
        description=DESCRIPTION,
        path="/schema",
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header")
            }
        ),
        security=[{}, {"key": []}],
    )


def create_app(settings: Settings) -> Litestar:
    """The app of a hub as its settings say. Raises nothing: what is away when it starts is answered with 503 until it is there."""
    return create_app_with(
        lambda metrics, hub_clock: open_parts(settings, metrics, hub_clock), more=create_layer_routers()
    )
