"""Drives in which the car comes to a stand, and stays, however much moves about it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from tools.outside import glass
from tools.outside.cases import INFRARED, NIGHT, SHAKEN, STOPS, Case, Outside
from tools.outside.furnishing import cabin, passing, standing
from tools.outside.textures import Painted, car, facades, hedge, lamp, lorry, pole, train, tree, walker
from tools.outside.trace import Trace
from tools.outside.world import Thing, Wall


def parked(generator: Generator, trace: Trace) -> Outside:
    things = tuple(standing(car(generator), float(x), 5.0) for x in np.arange(-30, 5, 7.0))
    return Outside(cabin(generator, drift=0.01), (Wall(facades(generator), 12.0), Wall(hedge(generator, 0.3), -9.0)), things)


def red_light(generator: Generator, trace: Trace) -> Outside:
    crossing = passing(generator, car, 2.2, -45.0, 5.5) + passing(generator, car, 3.1, 40.0, 9.0)
    on_foot = passing(generator, walker, 9.0, 5.0, 3.5)
    walls = (Wall(facades(generator), 16.0), Wall(facades(generator), -14.0))
    return Outside(cabin(generator), walls, crossing + on_foot + (standing(pole(generator), -6.0, 4.0),))


def neighbour_moves_off(generator: Generator, trace: Trace) -> Outside:
    def ahead_m(t: float) -> float:
        return -16.0 + 0.45 * max(0.0, t - 12.0) ** 2 * (t < 25.0) + (t >= 25.0) * (76.0 + 11.7 * (t - 25.0) - 200.0 * (t > 40.0))

    beside = Wall(lorry(generator), 2.8, ahead_m, repeats=False)
    return Outside(cabin(generator, layout="dash"), (Wall(facades(generator), 16.0), beside))


def train_passes(generator: Generator, trace: Trace) -> Outside:
    coaches = Wall(train(generator, 700.0), 8.0, lambda t: -1020.0 + 22.0 * t, repeats=False, foot_m=0.5)
    return Outside(cabin(generator), (Wall(hedge(generator, 0.5), 20.0), coaches))


def _swaying(generator: Generator, x_m: float, y_m: float) -> Thing:
    phase, pace = generator.uniform(0, 6.28), generator.uniform(2.0, 5.0)
    return Thing(
        tree(generator), lambda t: x_m + 0.25 * float(np.sin(pace * t + phase) * (1 + np.sin(0.5 * t))), lambda _: y_m
    )  # fmt: skip


def wind(generator: Generator, trace: Trace) -> Outside:
    trees = tuple(_swaying(generator, float(x), float(y)) for x, y in generator.uniform((-25, 4), (2, 14), (16, 2)))
    return Outside(cabin(generator, drift=0.15, sun=0.5), (Wall(hedge(generator, 0.2), -9.0),), trees)


def shaking(generator: Generator, trace: Trace) -> Outside:
    outside = parked(generator, trace)
    return replace(outside, cabin=replace(outside.cabin, shake=SHAKEN))


def rainy(generator: Generator, trace: Trace) -> Outside:
    outside = red_light(generator, trace)
    return replace(outside, cabin=replace(outside.cabin, glass=glass.rain(generator, 25.0, 12.0), sun=0.0))


def wiped(generator: Generator, trace: Trace) -> Outside:
    outside = parked(generator, trace)
    return replace(outside, cabin=replace(outside.cabin, layout="dash", glass=glass.wiper(1.4)))


def washed(generator: Generator, trace: Trace) -> Outside:
    return Outside(cabin(generator, glass=glass.car_wash(generator, 17.0), sun=0.0, drift=0.1))


def on_a_ferry(generator: Generator, trace: Trace) -> Outside:
    return Outside(cabin(generator), (Wall(hedge(generator, 0.4), 30.0), Wall(facades(generator), -40.0)), skyline=0.7)


def on_a_train(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, ambient=0.5, shade=0.6), (Wall(hedge(generator, 0.4), 6.0), Wall(hedge(generator, 0.4), -10.0))
    )


def _halo(generator: Generator) -> Painted:
    return replace(lamp(generator), width_m=2.5, height_m=2.5)


def night_light(generator: Generator, trace: Trace) -> Outside:
    beams = passing(generator, _halo, 3.0, -50.0, 4.0, 0.4, glows=True)
    shops = tuple(standing(lamp(generator), float(x), 10.0, 2.0, glows=True) for x in np.arange(-30, 0, 4.0))
    sweep = tuple((float(t), 1.0 + 0.8 * (k % 2)) for k, t in enumerate(np.arange(0.0, 61.0, 1.5)))
    return Outside(cabin(generator, ambient=0.06, sun=0.0, camera=NIGHT, lights=sweep), (), beams + shops, light=0.03)


def infrared_parked(generator: Generator, trace: Trace) -> Outside:
    return Outside(
        cabin(generator, ambient=0.9, sun=0.0, drift=0.0, camera=INFRARED), (Wall(hedge(generator, 0.4), 9.0),), light=0.003
    )


def bus_stop(generator: Generator, trace: Trace) -> Outside:
    on_foot = passing(generator, walker, 1.5, 4.5, 2.6) + passing(generator, walker, 2.1, -4.0, 3.4)
    return Outside(cabin(generator), (Wall(facades(generator), 7.0),), on_foot)


STANDING = (
    Case("parked", "nothing moves", STOPS, parked),
    Case("red light, crossing traffic", "a car every one or two seconds, people on foot", STOPS, red_light),
    Case("neighbour moves off", "a lorry beside sets off and is gone, another comes", STOPS, neighbour_moves_off),
    Case("level crossing", "a train fills the window for half a minute", STOPS, train_passes),
    Case("wind", "trees sway, leaves' shadows on the seat", STOPS, wind),
    Case("shaking", "a diesel idles, the camera shakes", STOPS, shaking),
    Case("rain, red light", "drops run down, traffic crosses", STOPS, rainy),
    Case("rear wiper", "a blade over the rear window", STOPS, wiped),
    Case("car wash", "foam and brushes", STOPS, washed),
    Case("ferry", "the shore goes by at 15 km/h", ((0.0, 15.0),), on_a_ferry, ((0.0, 0.5),), ferry=True),
    Case("car train", "a car on a train at 90 km/h", ((0.0, 90.0),), on_a_train, ferry=True),
    Case("night, red light", "headlights sweep through", STOPS, night_light),
    Case("infrared, parked", "black windows", STOPS, infrared_parked),
    Case("pavement", "people walk close by", STOPS, bus_stop),
)
