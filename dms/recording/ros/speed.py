"""The vehicle's speed out of the messages that ROS has for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dms.errors import UsageError
from dms.recording.ros.bag import NS_PER_S, Bag, BagMessage
from dms.types import VehicleState

_TWIST, _STAMPED, _COVARIANCE = (f"geometry_msgs/msg/{name}" for name in ("Twist", "TwistStamped", "TwistWithCovarianceStamped"))
_ODOMETRY = "nav_msgs/msg/Odometry"
_NUMBERS = frozenset({"std_msgs/msg/Float32", "std_msgs/msg/Float64"})
OBVIOUS = frozenset({_TWIST, _STAMPED, _COVARIANCE, _ODOMETRY})
"""Types that hold a velocity."""
SPEED_TYPES = OBVIOUS | _NUMBERS
KPH_PER_MPS = 3.6
_FASTEST_KPH = 500.0


def speed_topic(bag: Bag, asked: str | None) -> str | None:
    """Returns the topic of the speed: the one that was asked for, or the only one that holds a velocity; None without any.

    Raises:
        UsageError: there are several, or the one that was asked for is not there or holds no speed.
    """
    if asked is not None:
        bag.check_topic("--speed", asked, SPEED_TYPES)
        return asked
    found = bag.of_types(OBVIOUS)
    if len(found) > 1:
        raise UsageError(
            f"{bag.path}: {len(found)} topics of velocities ({', '.join(found)}): --speed says which one is the car's"
        )
    return found[0] if found else None


def speeds(bag: Bag, topic: str, origin_ns: int) -> Iterator[VehicleState]:
    """Yields the speed in drive time, second 0 at `origin_ns`. Of what was told before, the last holds from second 0 on.

    Numbers without a unit are taken for m/s, as ROS has it (REP 103). What no vehicle drives is left out.
    """
    before: VehicleState | None = None
    for message in bag.messages([topic]):
        kph = KPH_PER_MPS * abs(_mps(message))
        if not math.isfinite(kph) or kph > _FASTEST_KPH:
            continue
        t = (message.stamp_ns - origin_ns) / NS_PER_S
        if t < 0.0:
            before = VehicleState(0.0, speed_kph=round(kph, 3))
            continue
        if before is not None:
            yield before
            before = None
        yield VehicleState(t, speed_kph=round(kph, 3))
    if before is not None:
        yield before


def _mps(message: BagMessage) -> float:
    content = message.content
    if message.type in _NUMBERS:
        return float(content.data)
    twist = content if message.type == _TWIST else content.twist
    return float((twist.twist if message.type in (_COVARIANCE, _ODOMETRY) else twist).linear.x)
