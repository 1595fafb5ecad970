"""What `vcd` and `label-studio-sdk` make of our files; run by the interpreter that `DMS_LABEL_PEERS` names, which has them.

Prints one JSON object: what VCD reads from an OpenLABEL document that the published schema allows, and whether Label Studio's own
check takes each annotation under the labelling interface. Both packages bring an OpenCV of their own, so they stand apart.
"""

import json
import sys

import jsonschema
from label_studio_sdk.label_interface import LabelInterface
from vcd import core, schema

openlabel, tasks, interface = sys.argv[1:]
with open(openlabel, encoding="utf-8") as file:
    jsonschema.validate(json.load(file), schema.openlabel_schema)
document = core.OpenLABEL()
document.load_from_file(openlabel, validation=True)
actions = document.data["openlabel"]["actions"].values()
with open(interface, encoding="utf-8") as file:
    labelling = LabelInterface(file.read())
labelling.validate()
with open(tasks, encoding="utf-8") as file:
    annotations = [annotation for task in json.load(file) for annotation in task["annotations"]]
print(
    json.dumps(
        {
            "actions": [[action["type"], action["frame_intervals"]] for action in actions],
            "annotations": [labelling.validate_annotation(annotation) for annotation in annotations],
            "regions": [labelling.validate_region(region) for annotation in annotations for region in annotation["result"]],
        }
    )
)
