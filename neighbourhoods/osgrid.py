"""From the National Grid of Great Britain to degrees on a map (WGS84), to within about 5 metres.

The formulas and constants are those of Ordnance Survey's "A guide to coordinate systems in Great Britain" (annexes A to
C): the transverse Mercator projection backwards on the Airy 1830 ellipsoid, then the seven-parameter Helmert shift to
WGS84. Refuses nothing: a point far outside Great Britain gives a meaningless place.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, pi, radians, sin, sqrt, tan
from typing import NamedTuple


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


class _Ellipsoid(NamedTuple):
    """Half axes in metres."""

    a: float
    b: float

    @property
    def e2(self) -> float:
        return 1 - (self.b / self.a) ** 2


AIRY_1830 = _Ellipsoid(6_377_563.396, 6_356_256.909)
WGS84 = _Ellipsoid(6_378_137.000, 6_356_752.3141)

# The National Grid: scale on its central meridian, true origin (degrees), and that origin's coordinates (metres).
_F0 = 0.9996012717
_ORIGIN = (radians(49), radians(-2))
_E0, _N0 = 400_000, -100_000

# From OSGB36 to WGS84: metres, parts per million, seconds of arc.
_SHIFT = (446.448, -125.157, 542.060)
_SCALE = -20.4894e-6
_TURN = tuple(radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))


def _meridian(latitude: float) -> float:
    """Metres along the meridian from the grid's origin to `latitude` (radians)."""
    a, b = AIRY_1830
    n = (a - b) / (a + b)
    apart, total = latitude - _ORIGIN[0], latitude + _ORIGIN[0]
    return (
        b
        * _F0
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * apart
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * sin(apart) * cos(total)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * sin(2 * apart) * cos(2 * total)
            - 35 / 24 * n**3 * sin(3 * apart) * cos(3 * total)
        )
    )


def to_osgb36(easting: float, northing: float) -> Point:
    """Degrees on the Airy ellipsoid, from metres east and north on the National Grid."""
    a, e2 = AIRY_1830.a * _F0, AIRY_1830.e2
    latitude = (northing - _N0) / a + _ORIGIN[0]
    while abs(left := northing - _N0 - _meridian(latitude)) >= 0.00001:
        latitude += left / a
    nu = a / sqrt(1 - e2 * sin(latitude) ** 2)
    rho = a * (1 - e2) / (1 - e2 * sin(latitude) ** 2) ** 1.5
    eta2 = nu / rho - 1
    t, secant, east = tan(latitude), 1 / cos(latitude), easting - _E0
    vii = t / (2 * rho * nu)
    viii = t / (24 * rho * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
    ix = t / (720 * rho * nu**5) * (61 + 90 * t**2 + 45 * t**4)
    x = secant / nu
    xi = secant / (6 * nu**3) * (nu / rho + 2 * t**2)
    xii = secant / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4)
    xiia = secant / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    return Point(
        degrees(latitude - vii * east**2 + viii * east**4 - ix * east**6),
        degrees(_ORIGIN[1] + x * east - xi * east**3 + xii * east**5 - xiia * east**7),
    )


def _to_wgs84(point: Point) -> Point:
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    nu = AIRY_1830.a / sqrt(1 - AIRY_1830.e2 * sin(latitude) ** 2)
    x = nu * cos(latitude) * cos(longitude)
    y = nu * cos(latitude) * sin(longitude)
    z = nu * (1 - AIRY_1830.e2) * sin(latitude)
    (dx, dy, dz), (rx, ry, rz), scale = _SHIFT, _TURN, 1 + _SCALE
    x, y, z = (
        dx + scale * x - rz * y + ry * z,
        dy + rz * x + scale * y - rx * z,
        dz - ry * x + rx * y + scale * z,
    )
    across = hypot(x, y)
    found = atan2(z, across * (1 - WGS84.e2))
    before = pi
    while abs(found - before) > 1e-12:
        before = found
        nu = WGS84.a / sqrt(1 - WGS84.e2 * sin(found) ** 2)
        found = atan2(z + WGS84.e2 * nu * sin(found), across)
    return Point(degrees(found), degrees(atan2(y, x)))


def to_wgs84(easting: float, northing: float) -> Point:
    """Degrees as maps and phones use them, from metres east and north on the National Grid."""
    return _to_wgs84(to_osgb36(easting, northing))
