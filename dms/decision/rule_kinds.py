"""The kinds of rule: each is a schema, which says how a pack writes it, and a runner, which judges it.

A new kind is written in three places: its schema (a `RuleBase`), its runner (a `RuleRunner`), and a line here.
"""

from __future__ import annotations

from dms.decision.budget import BudgetRunner
from dms.decision.budget_schema import BudgetRule
from dms.decision.count import CountRunner
from dms.decision.count_schema import CountRule
from dms.decision.cumulative import CumulativeRunner
from dms.decision.cumulative_schema import CumulativeRule
from dms.decision.ratio import RatioRunner
from dms.decision.ratio_schema import RatioRule
from dms.decision.rule_schema import RuleBase
from dms.decision.runner import AnyRunner
from dms.decision.sustained import SustainedRunner
from dms.decision.sustained_schema import SustainedRule

RULE_KINDS: dict[type[RuleBase], type[AnyRunner]] = {
    SustainedRule: SustainedRunner,
    CumulativeRule: CumulativeRunner,
    RatioRule: RatioRunner,
    BudgetRule: BudgetRunner,
    CountRule: CountRunner,
}
"""The runner of each kind of rule, by its schema. A pack names a kind by the word that its schema has for `kind`."""
