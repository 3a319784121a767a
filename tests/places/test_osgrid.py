"""The National Grid against Ordnance Survey's own worked example."""

import pytest

from neighbourhoods.osgrid import to_osgb36, to_wgs84


def degrees(whole: int, minutes: int, seconds: float) -> float:
    return whole + minutes / 60 + seconds / 3600


def test_the_worked_example_of_the_guide_to_coordinate_systems() -> None:
    """651409.903 E, 313177.270 N is 52°39′27.2531″N 1°43′4.5177″E on the Airy ellipsoid."""
    point = to_osgb36(651_409.903, 313_177.270)
    assert point.latitude == pytest.approx(degrees(52, 39, 27.2531), abs=1e-8)
    assert point.longitude == pytest.approx(degrees(1, 43, 4.5177), abs=1e-8)


@pytest.mark.parametrize(
    ("easting", "northing", "latitude", "longitude"),
    [
        (651_409.903, 313_177.270, degrees(52, 39, 28.72), degrees(1, 42, 57.79)),
        # Buckingham Palace's postcode, and where any map shows the palace.
        (529_090, 179_645, 51.5010, -0.1416),
    ],
)
def test_degrees_as_phones_show_them(
    easting: float, northing: float, latitude: float, longitude: float
) -> None:
    point = to_wgs84(easting, northing)
    assert point.latitude == pytest.approx(latitude, abs=0.0003)
    assert point.longitude == pytest.approx(longitude, abs=0.0003)
