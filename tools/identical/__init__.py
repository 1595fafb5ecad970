"""Whether dms still does what it did, to the byte.

    python -m tools.identical check                 against tests/data/identical/quick.json
    python -m tools.identical check --part alerts   a part of it: alerts, told, written, refused or seen
    python -m tools.identical check --corpus        against tests/data/identical/corpus.json

`check` computes everything again and names each output that differs, with its first differing line as it was and as it is; exit
code 1 if there is one. Both go through the shipped command line, the commands of `tools.simulate`, and files, so that modules may
move underneath them. The quick set takes about a minute of one core and is one of the tests. The corpus, four hours of twelve
simulated drivers under every pack, takes some minutes on all cores; it is for whoever changes fusion or decision.

The quick set holds what the outside world sees:

- alerts of the two bundled drives, as perception saw them once, and of simulated drivers of every mood under every pack; one of
  these drives is made eventful, so that every pack has something to say;
- what `dms replay` says to people, with `--explain` and `--trip`; scores, limits, reports, also of two packs side by side;
- rules in words and diagrams, labels to and from ELAN, published JSON Schemas, a simulated drive as MCAP;
- what is said of broken packs, configurations, cabins, search spaces, drives and labels;
- `dms observe` on some seconds of the bundled videos and on single pictures, and a run of the service at full speed: messages as
  `dms listen` heard them, the journal, and the recorded MCAP with its schemas, replayed and reported on again.

Help texts are not in it. Neither is what needs a camera, a running service or this machine: `dms bench`, `doctor`, `mark`,
`calibration`. `dms tune` is left out for the minutes that it takes.

What varies from run to run is replaced by a word; `normal.py` lists all of it. Perception gives the same observations to the last
bit on one machine if its precision is stated (`auto` measures which is faster), but another processor or another ONNX Runtime
rounds otherwise: what pictures have been through is compared only where processor and libraries are those of the manifest, and
`check` says how many outputs it left out.

When a change in behaviour is wanted, make it in a commit of its own, and in the same commit

1. run `check`, and read every difference: each has to be wanted;
2. `python -m tools.identical record`, and `record --corpus` if alerts differ;
3. write in the commit's message what differs for whom and why: which alerts, messages or files, and what a subscriber, a person
   who writes rules or a reader of old drives has to know.

A change that only moves code leaves these files as they are. A new pack or a new output is reported as new until it is recorded.
"""
