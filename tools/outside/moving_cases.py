"""Drives in which the car moves, all or most of the time."""

from __future__ import annotations

from numpy.random import Generator

from tools.outside import glass
from tools.outside.cases import INFRARED, NIGHT, SHAKEN, SMOOTH, Case, Outside
from tools.outside.furnishing import along_the_road, cabin
from tools.outside.textures import car, facades, guard_rail, hedge, lamp, lorry, pole, tree, tunnel_wall
from tools.outside.trace import Trace
from tools.outside.world import Wall


def motorway(generator: Generator, trace: Trace) -> Outside:
    walls = (Wall(guard_rail(generator), 4.5), Wall(guard_rail(generator), -9.0), Wall(hedge(generator, 0.3), 25.0))
    return Outside(cabin(generator), walls, along_the_road(generator, trace, tree, 25.0, (12.0, 40.0)))


def plain(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, shake=SMOOTH, sun=0.0, shade=0.0, drift=0.0), cloud_levels=1.0, skyline=0.05, ground_levels=2.0
    )


def lorry_beside(generator: Generator, trace: Trace) -> Outside:
    beside = Wall(lorry(generator), 2.6, lambda t: trace.pose(t).driven_m - 11.0 + 0.02 * t, repeats=False)
    return Outside(cabin(generator, layout="dash", shake=SMOOTH, shade=0.1), (Wall(guard_rail(generator), -9.0), beside))


def town(generator: Generator, trace: Trace) -> Outside:
    walls = (Wall(facades(generator), 9.0), Wall(facades(generator), -12.0))
    parked = along_the_road(generator, trace, car, 9.0, (4.0, 5.0))
    return Outside(cabin(generator), walls, parked + along_the_road(generator, trace, pole, 25.0, (6.0, 8.0)))


def country(generator: Generator, trace: Trace) -> Outside:
    trees = along_the_road(generator, trace, tree, 14.0, (6.0, 30.0))
    return Outside(cabin(generator, shade=0.8), (Wall(hedge(generator, 0.5), -8.0),), trees, skyline=0.9)


def junctions(generator: Generator, trace: Trace) -> Outside:
    things = along_the_road(generator, trace, tree, 10.0, (8.0, 25.0)) + along_the_road(generator, trace, car, 12.0, (5.0, 9.0))
    return Outside(cabin(generator), (), things, skyline=1.0)


def queue(generator: Generator, trace: Trace) -> Outside:
    beside = Wall(lorry(generator), 3.2, lambda t: 0.93 * trace.pose(t).driven_m - 10.0, repeats=False)
    return Outside(
        cabin(generator), (Wall(guard_rail(generator), -5.0), beside), along_the_road(generator, trace, tree, 20.0, (14, 30))
    )


def tunnel(generator: Generator, trace: Trace) -> Outside:
    walls = (Wall(tunnel_wall(generator), 5.0), Wall(tunnel_wall(generator), -8.0))
    return Outside(cabin(generator, sun=0.0, ambient=0.3, camera=NIGHT), walls, ground_levels=3.0, light=0.5)


def foggy(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, glass=glass.fog(0.985), sun=0.0, shade=0.0, shake=SMOOTH), (Wall(hedge(generator, 0.4), 9.0),)
    )


def dark_motorway(generator: Generator, trace: Trace) -> Outside:
    lights = along_the_road(generator, trace, lamp, 180.0, (15.0, 40.0), 5.0, glows=True)
    return Outside(
        cabin(generator, ambient=0.05, sun=0.0, camera=NIGHT, shake=SMOOTH),
        (Wall(guard_rail(generator), 4.5),),
        lights,
        light=0.01,
    )


def lit_town(generator: Generator, trace: Trace) -> Outside:
    lights = along_the_road(generator, trace, lamp, 25.0, (5.0, 9.0), 5.0, glows=True)
    shops = along_the_road(generator, trace, lamp, 8.0, (8.0, 11.0), 1.5, glows=True)
    return Outside(
        cabin(generator, ambient=0.08, sun=0.1, shade=1.0, camera=NIGHT),
        (Wall(facades(generator), 9.0),),
        lights + shops,
        light=0.06,
    )


def infrared_night(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, ambient=0.9, sun=0.0, drift=0.0, camera=INFRARED), (Wall(hedge(generator, 0.4), 9.0),), light=0.003
    )


def infrared_day(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, ambient=0.9, sun=0.1, camera=INFRARED),
        (Wall(guard_rail(generator), 4.5), Wall(hedge(generator, 0.3), 20.0)),
        along_the_road(generator, trace, tree, 20.0, (10.0, 30.0)),
    )  # fmt: skip


def blinds(generator: Generator, trace: Trace) -> Outside:
    outside = motorway(generator, trace)
    return Outside(cabin(generator, glass=glass.blind, shake=SMOOTH), outside.walls, outside.things)


def no_window(generator: Generator, trace: Trace) -> Outside:
    return Outside(cabin(generator, layout="none", shade=0.3, shake=SHAKEN))


def small_window(generator: Generator, trace: Trace) -> Outside:
    outside = country(generator, trace)
    return Outside(cabin(generator, layout="small", shade=0.3), outside.walls, outside.things)


def rainy(generator: Generator, trace: Trace) -> Outside:
    outside = motorway(generator, trace)
    return Outside(cabin(generator, sun=0.0, glass=glass.rain(generator, 20.0, 25.0)), outside.walls, outside.things)


FAST = ((0.0, 112.0), (30.0, 128.0), (60.0, 118.0))
STOP_AND_GO = ((0, 0), (8, 0), (14, 40), (24, 45), (28, 0), (38, 0), (44, 48), (55, 50), (58, 0), (60, 0))
BENDS = ((0, 0), (6, 0), (8, 9), (12, 9), (14, 0), (24, -12), (28, -12), (30, 0), (44, 8), (50, 8), (52, 0))
TURNS = ((0, 0), (10, 0), (11, 25), (14, 25), (15, 0), (40, 0), (41, -28), (44, -28), (45, 0))
CRAWL = ((0, 0), (5, 6), (11, 5), (13, 0), (19, 0), (22, 8), (30, 4), (32, 0), (40, 0), (45, 9), (54, 7), (57, 0), (60, 0))

MOVING = (
    Case("motorway", "guard rails, trees", FAST, motorway),
    Case("motorway, plain", "featureless sky and fields, smooth road, grey day", FAST, plain),
    Case("motorway, lorry beside", "a lorry at the same speed fills the driver's window", ((0.0, 86.0),), lorry_beside),
    Case("town, stop and go", "houses, parked cars; stands 29 s of 60", STOP_AND_GO, town),
    Case("country road", "trees, shadows, bends", ((0, 70), (30, 85), (60, 75)), country, BENDS),
    Case(
        "junctions", "turns of 90 degrees at 20 to 35 km/h", ((0, 35), (10, 20), (16, 35), (40, 20), (46, 35)), junctions, TURNS
    ),
    Case("queue", "creeps at up to 9 km/h, a lorry beside creeps along", CRAWL, queue),
    Case("tunnel", "dirty walls, a lamp every 12 m", ((0.0, 80.0),), tunnel),
    Case("fog", "hardly anything outside", ((0.0, 75.0),), foggy),
    Case("night, motorway", "black windows, a light now and then", FAST, dark_motorway),
    Case("night, town", "street lamps and shops", ((0, 30), (30, 50), (60, 40)), lit_town),
    Case("infrared, night", "black windows", FAST, infrared_night),
    Case("infrared, day", "bright windows", FAST, infrared_day),
    Case("blinds", "sunshades on every window", FAST, blinds),
    Case("no window in sight", "a van's bulkhead behind the driver", ((0.0, 90.0),), no_window),
    Case("small window", "a corner of the driver's window", ((0, 70), (30, 85), (60, 75)), small_window),
    Case("rain, motorway", "drops on the windows", FAST, rainy),
)
