"""What works on this machine and what is missing, one line each: the checks behind `dms doctor`."""

from dms.service.checks.finding import Finding, Grade

__all__ = ["Finding", "Grade"]
