"""An independent judge of rule packs: drivers and roads made without knowing the rules, and the shipped command run over them.

Nothing here imports fusion, decision, the monitor or `tools.simulate`: what a driver does, what traffic asks for, and what ought
to be said about it come from the literature and from common sense, and alerts come out of `dms replay` as a user would run it.
"""
