"""The layers over HTTP: one router for each kind of root."""

from collections.abc import Callable

from litestar import Router
from litestar.di import Provide

from geo.context import GeoContext
from geo.drawn import Drawn
from geo.routes.asking import redirect_buddhist
from geo.routes.documents import (
    get_api,
    get_api_page,
    get_collection,
    get_conformance,
    get_feature_schema,
    get_landing,
    get_queryables,
    get_schema,
    get_sortables,
    list_collections,
)
from geo.routes.item import get_item, list_versions
from geo.routes.items import list_items
from geo.routes.sharing import Sharing
from geo.routes.tiles import get_tile, get_xyz_tile
from geo.routes.tilesets import (
    get_matrix_set,
    get_style,
    get_tilejson,
    get_tileset,
    list_matrix_sets,
    list_tilesets,
)

ROOTS = (
    "/ogc",
    "/ogc/latest",
    "/ogc/valid/{date:str}",
    "/ogc/as-of/{known:str}",
    "/ogc/compare/{first:str}/{second:str}",
)


def create_routers(provide: Callable[..., GeoContext]) -> list[Router]:
    """Routers for the current root and the roots that fix a time; `provide` gives the seam to the outer shell."""
    handlers = [
        get_landing,
        get_conformance,
        get_api,
        get_api_page,
        list_collections,
        get_collection,
        get_feature_schema,
        get_schema,
        get_queryables,
        get_sortables,
        list_items,
        get_item,
        list_versions,
        list_matrix_sets,
        get_matrix_set,
        list_tilesets,
        get_tileset,
        get_tilejson,
        get_style,
        get_tile,
        get_xyz_tile,
    ]
    shared = {
        "geo": Provide(provide, sync_to_thread=False),
        "drawn": Provide(_always(Drawn()), sync_to_thread=False),
    }
    return [
        Router(
            path=root,
            route_handlers=handlers,
            dependencies=shared,
            before_request=redirect_buddhist,
            middleware=[Sharing()],
        )
        for root in ROOTS
    ]


def _always(drawn: Drawn) -> Callable[[], Drawn]:
    def provide_drawn() -> Drawn:
        return drawn

    return provide_drawn
