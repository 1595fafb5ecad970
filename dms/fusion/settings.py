"""The numbers that fusion works with, each with its unit in its name and a note on where it comes from.

Marks as in the rule packs: [S1] a secondary source that read the primary, [S2] a vendor or trade source, [D] our design
decision. Rules have thresholds of their own; these say what a cue means.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """Thresholds and times of the cues."""

    # Time.
    latest_s: float = 1e7  # no drive lasts 115 days: a later time is a fault of the clock [D]
    longest_jump_s: float = 3600.0  # a longer jump ahead must be confirmed by the next observation [D]
    vehicle_hold_s: float = 2.0  # how long the vehicle's last word counts [D]

    # What counts as readable.
    eye_visible: float = 0.5  # openpilot takes 0.5 to 0.65
    # Soft light over an open eye reads as a closed one that is hardly to be seen, at 0.5 to 0.75; lids that are shut and in sight
    # read at 0.98 and more on both bundled drives, and 19 of 20 on photographs of drivers at more than this.
    shut_eye_visible: float = 0.7
    shut_openness: float = 0.25  # below it an eye counts as shut here: a fifth of a wide-open eye, and the noise of a reading [D]
    mouth_visible: float = 0.5
    head_sigma_deg: float = 15.0  # openpilot stops trusting the pose at 0.3 rad (17 degrees)
    gaze_sigma_deg: float = 22.0  # beyond it the head tells as much: eyes move by about 20 degrees before the head does [D]

    # Eyelids, as a share of this driver's open eye. P80: closed is at most a fifth of the aperture [S1].
    closed_below: float = 0.2
    closed_below_looking_down: float = 0.15  # lids follow the eyes down to 38 % of their opening (perception, measured)
    open_above: float = 0.3  # twice the usual noise of the openness above `closed_below` [D]
    reopen_confirm_s: float = 0.12  # an eye is open again once it was so for this long; real openings last longer [D]
    flutter_s: float = 0.25  # ... but lids that have been down for `closure_s` flutter for longer than that [D]
    look_begins_s: float = 0.3  # a blink that goes with a look down begins with it; a sleeper's head sinks later [D]
    # Squinting eyes never reach `open_above`. To be open, they must stay above `closed_below` for twice as long as a blink lasts,
    # and in the mean by a tenth more; a reading below three quarters of it starts that anew [D].
    narrow_confirm_s: float = 0.4
    narrow_mean: float = 1.1
    narrow_least: float = 0.75
    narrow_memory_s: float = 30.0  # so long after such an opening the next one is likely another [D]
    # Blinks of narrow eyes: from a level that was kept for a while they go down clearly further than the reading errs, for longer
    # than a frame that is read wrongly, and come back [D].
    narrow_most: float = 0.35  # eyes that are open further are no question
    narrow_level_least: float = 0.1  # lower ones are closed, whatever they do
    narrow_steady_s: float = 0.5
    narrow_dip: float = 0.4
    narrow_dip_ends: float = 0.65
    narrow_dip_noises: float = 6.0
    narrow_dip_s: float = 0.08
    long_blink_s: float = 0.5  # [S1]
    closure_s: float = 1.0  # microsleeps of the literature last 1 to 15 s [S1]
    slump_after_s: float = 0.5  # closed for longer than a blink before the face drops out: asleep, not glancing away [D]
    slump_hold_s: float = 15.0  # then absence is the better word [D]
    closure_forget_s: float = 2.0  # a closure that was not seen for so long is over, or begins anew [D]
    blink_half: float = 0.5  # blink durations of the literature are at half amplitude [S1]
    blink_depth: float = 0.35  # a dip that stays above is a squint [D]
    blink_fps: float = 14.5  # blink statistics only from 15 fps: 51 % of blinks are seen at 10 Hz, 95 % at 30 Hz [S1]
    looking_down_pitch_deg: float = -8.0  # head this far below forward: lids may be lowered by the gaze [D]
    looking_down_drop_deg: float = 5.0  # a glance down moves the head by more than 5 degrees, a closure does not [S1]
    looking_down_memory_s: float = 0.6
    looking_down_gaze_deg: float = -20.0  # lids cross 0.75 of the open aperture at 27 to 33 degrees down [S1]

    # PERCLOS.
    perclos_exclude_s: float = 0.25  # shorter closures are blinks [S1]
    perclos_min_60s: float = 30.0  # usable seconds before the value counts [D]
    perclos_min_180s: float = 90.0
    kss_longest_closure_s: float = 3.0  # one long sleep is an event of its own; sleepiness shows in many closures [D]

    # Mouth: inner-lip opening over mouth width (MAR).
    yawn_above: float = 0.5  # 0.5 to 0.6 [S1]
    yawn_over_below: float = 0.4
    yawn_min_s: float = 1.5  # [S1]
    yawn_max_s: float = 12.0  # [S1]
    yawn_sudden_s: float = 3.0  # an OEM's [S2]; yawns last 3.5 to 6.3 s [S1], laughter and vowels that are sung less [D]
    yawn_rise_s: float = 0.25  # from `talk_above` to `yawn_above`; mouths that sing or laugh open faster [D]
    yawn_rise_noise: float = 0.1  # narrowing by more than this ends a rise: four times the usual noise of the reading [D]
    yawn_alone_s: float = 10.0  # yawns come minutes apart, phrases of a song within seconds [D]
    yawn_other_s: float = 0.5  # a shorter opening is a syllable, and says nothing about the next one [D]
    yawn_row: int = 2  # so many wide openings in `yawn_alone_s` that were no yawns are song, laughter or a meal [D]
    yawn_gap_s: float = 0.15
    yawn_narrow_share: float = 0.15  # [D] "held on every frame" [S1], less what noise at the edges costs
    yawn_narrowings_per_s: float = 0.4  # flickers of the reading; syllables narrow the mouth twice a second and more [D]
    yawn_unseen_s: float = 3.0  # half of all yawns are covered by a hand for a while [S1]
    talk_above: float = 0.15
    talk_below: float = 0.1
    talk_burst_s: float = 0.8  # openings of speech last at most so long [S1]
    talk_window_s: float = 3.0
    talk_bursts: int = 3

    # Gaze. Readings that come without a standard error have the usual one, the median of what perception reports of itself
    # (measured, docs/simulated_drives.md).
    usual_head_sigma_deg: float = 3.8
    usual_gaze_sigma_deg: float = 5.7
    gaze_hold_s: float = 0.3  # through a blink the gaze stays where it was
    eye_loss_hold_s: float = 0.2  # before the head stands in for eyes that cannot be read
    head_share_of_downward_gaze: float = 0.4  # the head does the smaller part of a look down [D]
    lowered_lid: float = 0.6
    look_down_from_deg: float = -14.0  # below the road, and from there on lids are clearly lowered
    look_down_until_deg: float = -7.0  # ... half way back
    look_down_lids: float = 0.8  # lids fall by a quarter and more in looks at the instruments (perception, measured); noise 0.05
    look_down_smoothing_s: float = 0.5  # slow errors of the gaze last about as long (perception, measured)
    look_down_ahead_s: float = 1.0  # [D]
    road_sigmas: float = 3.0  # the road region is never smaller than 3 standard errors of the gaze [D, from S1]
    road_growth: float = 1.3  # ... but never more than this much larger than the cabin says, or nothing were off road [D]
    road_preview_s: float = 2.0  # the far end of the 1 to 2 s ahead at which drivers look in bends (Land & Lee 1994; Lappi 2014)
    road_yaw_limit_deg: float = 60.0  # beyond it lies the side window, whatever the wheel says [D]
    usual_lateral_mps2: float = 2.0  # of the 1 to 4 m/s² at which drivers take bends (Reymond et al. 2001), a careful one [D]
    most_lateral_mps2: float = 6.0  # tyres hold 7 to 9 m/s² on a dry road: a wheel that asks for more is read wrongly [D]
    untold_bend_kph: float = 50.0  # no speed told: a gentle bend is taken for one of a town, where the road widens less [D]
    looking_back_deg: float = 55.0  # beyond the side planes of EU 2023/2590 a driver in reverse looks back [D]
    zone_margin_deg: float = 2.0  # how far beyond its edge a zone keeps the gaze that was in it [D]
    area_margin_deg: float = 1.0
    glance_min_s: float = 0.1  # fixations last 0.1 to 2 s (ISO 15007) [P excerpt]
    glance_unseen_s: float = 1.0
    glance_window_s: float = 300.0
    glance_min_count: int = 5

    # The indicator.
    indicator_forgotten_s: float = 30.0  # lane changes take 5 s (Toledo & Zohar 2007), cars chime after 1.2 km [S2]; between [D]
    turned_deg: float = 45.0  # a turn at a junction is about 90 degrees, a lane change less than ten [D]
    straight_deg: float = 5.0  # the wheel is back when the road is straight ahead but for the noise of steering [D]
    moved_over_m: float = 2.0  # lanes are 3.5 m wide; dead reckoning from the wheel alone sees less of it than there is [D]
    heading_back_share: float = 0.25  # of the most by which the car was turned: then it goes along its new lane [D]

    # A head that leans on a window or a hand.
    lean_roll_deg: float = 5.0  # heads that turn to look stay upright within a few degrees (Donders' law of the head) [D]
    lean_smoothing_s: float = 1.0
    lean_yaw_deg: float = 32.0  # a head that leans and is turned further looks there [D]
    lean_pitch_deg: float = -12.0  # ... or is lower

    # Head nods.
    nod_deg: float = 12.0  # drowsy nods are 12 to 20 degrees, normal movements 2 to 8 [S1]
    nod_closed_s: float = 0.3  # closed eyes tell a nod from a look at the cluster [S1]
    nod_within_s: float = 2.0

    # Learning this driver.
    learn_above_kph: float = 10.0
    learn_steering_deg: float = 30.0
    provisional_s: float = 8.0
    provisional_share: float = 0.5
    provisional_late_s: float = 20.0  # for drivers who look about a lot: later, but with `learn_share`
    learn_s: float = 60.0  # openpilot and regulation 3.15 take a minute as well
    learn_share: float = 0.25  # of the time: who looks at a display again and again still looks ahead for so much [D]
    learn_max_s: float = 240.0
    learn_bin_deg: float = 2.5
    forward_yaw_limit_deg: float = 60.0  # camera mounting unknown: where a dashboard, pillar or mirror camera can sit [D]
    forward_pitch_limit_deg: float = 30.0
    forward_roll_limit_deg: float = 25.0
    gaze_offset_limit_deg: float = 15.0
    restored_doubt_s: float = 30.0
    restored_differs_deg: float = 10.0  # a forward of this drive that far from the restored one replaces it early
    open_eye_least: float = 0.6  # a closed eye with glasses still reads up to a tenth: the threshold must stay above it [D]
    open_eye_fall: float = 0.9  # a relearned open eye may not fall below this share of the restored one [S1]
    hidden_eyes_share: float = 0.2  # eyes seen for less than this share of the head's time will not be learned
    open_eye_quantile: float = 0.75
    drowsy_start: float = 0.075  # blink-excluded PERCLOS of an awake driver is below 7.5 % [S1]

    # Learning forward again. What a camera that was moved shows is turned alike for head and gaze; drivers who look elsewhere for
    # long turn their heads by 8 to 20 degrees less than their eyes (Fuller 1992; Stahl 1999).
    moved_above_kph: float = 30.0  # faster drivers have to look ahead most of the time, slower ones look about [D]
    moved_bend_deg: float = 4.0  # gaze follows the road in a bend, the head in part [D]
    seat_openness: float = 0.4  # lids lower than that belong to a look down, above it maybe to narrower eyes [D]
    moved_home_deg: float = 5.0  # the head is where it was: two and a half times its usual error [D]
    moved_home_gaze_deg: float = 10.0  # the same for the gaze
    moved_home_s: float = 0.7  # glances back at the road of time-sharing drivers last 0.7 s and more (Wierwille 1993)
    moved_home_share: float = 0.1
    moved_share: float = 0.6  # of the time in one direction: drivers look ahead for 80 % of it and more [D]
    moved_gaze_share: float = 0.5  # ... but the gaze is read with twice the error
    moved_least_deg: float = 7.0  # the road's region is forgiving about less [D]
    moved_most_deg: float = 35.0  # a camera turned by more has lost the face [D]
    moved_alike_deg: float = 5.0
    moved_sunk_deg: float = -4.0  # forward is lower: a head that nods sinks by more [D]
    moved_sudden_s: float = 15.0  # a seat is lowered or a camera knocked in less, a head sinks over minutes [D]
    moved_likely_s: float = 10.0  # nobody leaves the road unseen for so long at speed; every warning has been given by then [D]
    moved_certain_s: float = 30.0  # [D]
    moved_head_likely_s: float = 20.0  # by the head alone, and then certain after so long; two minutes are allowed in all [D]
    moved_by_head_s: float = 60.0
    moved_untold_s: float = 90.0  # nobody tells the speed: longer than most red lights [D]
    moved_looks: int = 2  # whoever looks ahead takes a look elsewhere every few seconds (Taoka 1990); a stare does not
    moved_stare_s: float = 120.0  # ... but nobody stares past the road for two minutes and is still on it [D]
    look_gaze_deg: float = 8.0  # to the nearest target of a cabin it is 20 degrees and more, the gaze errs by 4 [D]
    look_head_deg: float = 4.0  # of which the head makes the smaller part [D]
    eyes_seen_memory_s: float = 120.0
    eyes_seen_share: float = 0.1  # eyes that are read for less of the time are never read [D]
    seat_empty_s: float = 8.0  # drivers who stay bend down or turn round for less [D]
    seat_empty_untold_s: float = 15.0  # ... and nobody drives on without a driver for twice as long [D]
    seat_known_s: float = 8.0  # looking along the known forward: it is the same driver, or one who fits as well [D]
    seat_met_s: float = 3.0  # whoever gets back in looks ahead for so long before and while pulling off [D]
    seat_unmet_s: float = 30.0  # ... and whoever has not by then never will [D]
    seat_lower_deg: float = 10.0  # statures move a face by less; a phone on the wheel lies lower than that [D]
    seat_likely_s: float = 4.0
    seat_certain_s: float = 8.0  # as `provisional_s`

    # The rest.
    low_fps: float = 3.5
    expression_least: float = 0.6
    object_hold_s: float = 1.0  # a phone is the same phone until its detector looks again, once a second or more often [D]
    head_moved_deg: float = 6.0
    availability_s: float = 30.0  # UN R157 [S2]
