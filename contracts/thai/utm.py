"""Universal Transverse Mercator, northern half, back to degrees: Krüger's series on WGS 84, good to well under a millimetre."""

import math

SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257_223_563
SCALE = 0.9996
FALSE_EASTING = 500_000.0
N = FLATTENING / (2 - FLATTENING)
RECTIFYING = SEMI_MAJOR / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
# Karney 2011, equation 36: from the rectified to the Gauss-Schreiber plane, to order n^4.
BETA = (
    N / 2 - 2 * N**2 / 3 + 37 * N**3 / 96 - N**4 / 360,
    N**2 / 48 + N**3 / 15 - 437 * N**4 / 1440,
    17 * N**3 / 480 - 37 * N**4 / 840,
    4397 * N**4 / 161_280,
)
ECCENTRICITY = math.sqrt(FLATTENING * (2 - FLATTENING))


def to_degrees(zone: int, easting: float, northing: float) -> tuple[float, float]:
    """(longitude, latitude) in WGS 84 degrees of a point in metres of a northern zone."""
    xi0 = northing / (SCALE * RECTIFYING)
    eta0 = (easting - FALSE_EASTING) / (SCALE * RECTIFYING)
    xi, eta = xi0, eta0
    for order, beta in enumerate(BETA, 1):
        xi -= beta * math.sin(2 * order * xi0) * math.cosh(2 * order * eta0)
        eta -= beta * math.cos(2 * order * xi0) * math.sinh(2 * order * eta0)
    conformal = math.asin(math.sin(xi) / math.cosh(eta))
    longitude = 6 * zone - 183 + math.degrees(math.atan2(math.sinh(eta), math.cos(xi)))
    return longitude, math.degrees(_geodetic(conformal))


def _geodetic(conformal: float) -> float:
    # Solves tan(conformal) for the latitude by repetition; each step gains more than two digits.
    sine = math.sin(conformal)
    isometric = math.atanh(sine)
    latitude = conformal
    for _ in range(8):
        latitude = math.asin(
            math.tanh(isometric + ECCENTRICITY * math.atanh(ECCENTRICITY * math.sin(latitude)))
        )
    return latitude
